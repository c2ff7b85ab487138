// `jsonwebtoken` and `jwt-decode`, for reading tokens. Nothing is verified here: a token of the token endpoint came from the
// provider itself.
(function (core) {
  'use strict';
  const bytes = core.piece('bytes');
  const json = (part) => JSON.parse(bytes.decode(bytes.encode(part, 'base64url'), 'utf8'));

  class JsonWebTokenError extends Error {
    name = 'JsonWebTokenError';
  }

  function decode(token, options = {}) {
    const parts = typeof token === 'string' ? token.split('.') : [];
    if (parts.length !== 3 || !parts.every((part) => /^[\w-]*$/.test(part))) return null;
    let header;
    try {
      header = json(parts[0]);
    } catch {
      return null;
    }
    let payload = bytes.decode(bytes.encode(parts[1], 'base64url'), 'utf8');
    try {
      payload = JSON.parse(payload);
    } catch {
      if (options?.json) return null;
    }
    return options?.complete ? { header, payload, signature: parts[2] } : payload;
  }

  function absent(name) {
    return () => {
      throw new JsonWebTokenError(`jsonwebtoken.${name} is not available here; jsonwebtoken.decode is`);
    };
  }

  class InvalidTokenError extends Error {
    name = 'InvalidTokenError';
  }

  function jwtDecode(token, options = {}) {
    if (typeof token !== 'string') throw new InvalidTokenError('Invalid token specified: must be a string');
    const at = options?.header === true ? 0 : 1;
    const part = token.split('.')[at];
    if (typeof part !== 'string') throw new InvalidTokenError(`Invalid token specified: missing part #${at + 1}`);
    try {
      return json(part);
    } catch (error) {
      throw new InvalidTokenError(`Invalid token specified: invalid json for part #${at + 1} (${error.message})`);
    }
  }

  return {
    jsonwebtoken: { decode, verify: absent('verify'), sign: absent('sign'), JsonWebTokenError },
    jwtDecode: Object.assign(jwtDecode, { default: jwtDecode, jwtDecode, InvalidTokenError }),
  };
});
