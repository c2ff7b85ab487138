// A reverse proxy that hands each request to the next node, so that no two steps of a sign-in meet the same one.

import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { atEnd } from './server.mjs'

/** Listens on a free port; `nodes` (URLs) may be filled in later. `served` counts the answers of each node by path. */
export async function roundRobin() {
  const proxy = { nodes: [], served: [], url: undefined }
  let turn = 0
  const server = createServer((incoming, answer) => {
    const node = turn++ % proxy.nodes.length
    const target = new URL(proxy.nodes[node])
    const forward = request({
      host: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...incoming.headers, 'x-forwarded-for': incoming.socket.remoteAddress, 'x-forwarded-proto': 'http' },
    })
    forward.on('response', (response) => {
      proxy.served.push({ node, path: incoming.url.split('?')[0], status: response.statusCode })
      answer.writeHead(response.statusCode, response.rawHeaders)
      response.pipe(answer)
    })
    forward.on('error', () => answer.writeHead(502).end())
    incoming.pipe(forward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(() => {
    server.closeAllConnections()
    server.close()
  })
  proxy.url = `http://localhost:${server.address().port}`
  return proxy
}
