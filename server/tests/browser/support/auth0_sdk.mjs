// One run of Auth0's SDK in a process of its own, which trusts the authority that NODE_EXTRA_CA_CERTS names: what it did, as JSON.
// The version is the first argument, what to do the second; settings come in the environment.

const { DOMAIN: domain, CLIENT_ID: clientId, CLIENT_SECRET: clientSecret, TOKEN: token, AUDIENCE: audience } = process.env
const [version, wanted] = process.argv.slice(2)
const { ManagementClient } = await import({ 4: 'auth0-v4', 5: 'auth0-v5', 7: 'auth0' }[version])

const credentials = token ? { token } : { clientId, clientSecret, ...(audience && { audience }) }
const { connections } = new ManagementClient({ domain, ...credentials })
const options = { client_id: 'hh-web', client_secret: 'hh-secret', scope: 'me.read' }

/** What is asked of each version in its own words. Version 4 wraps ids and answers. */
const calls =
  version === '4'
    ? {
        create: async (body) => (await connections.create(body)).data,
        get: async (id) => (await connections.get({ id })).data,
        all: async () => (await connections.getAll()).data,
        page: async () => (await connections.getAll({ page: 0, per_page: 1, include_totals: true })).data,
        update: async (id, body) => (await connections.update({ id }, body)).data,
        remove: (id) => connections.delete({ id }),
      }
    : {
        create: (body) => connections.create(body),
        get: (id) => connections.get(id),
        all: async () => {
          const found = []
          for await (const connection of await connections.list()) found.push(connection)
          return found
        },
        update: (id, body) => connections.update(id, body),
        remove: (id) => connections.delete(id),
      }

const failure = (error) => ({ type: error.constructor.name, status: error.statusCode, code: error.body?.errorCode ?? error.errorCode })

const doings = {
  async life() {
    const made = await calls.create({ name: `sdk-${version}`, strategy: 'oauth2', options })
    const listed = (await calls.all()).filter((one) => one.id === made.id)
    const page = calls.page && (await calls.page())
    const changed = await calls.update(made.id, { display_name: 'Changed' })
    const read = await calls.get(made.id)
    await calls.remove(made.id)
    const gone = await calls.get(made.id).then(() => undefined, failure)
    return { made, listed, changed, read, gone, total: page?.total }
  },
  async read() {
    const begun = performance.now()
    const found = await calls.all().then((list) => ({ count: list.length }), failure)
    return { ...found, milliseconds: performance.now() - begun }
  },
}

console.log(JSON.stringify(await doings[wanted]()))
