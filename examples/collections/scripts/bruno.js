/* global bru, req, signRequest */
// Runs before every request, in Bruno's safe mode too. Variables are filled in first, because what is signed is what is sent.
const filled = text => bru.interpolate(text)
const [keyId, secret] = ['keyId', 'secret'].map(name => {
  const value = filled(`{{${name}}}`)
  if (!value || value.startsWith('{{')) throw new Error(`Set the variable ${name} in the environment.`)
  return value
})
const given = req.getBody({ raw: true })
const body = given ? filled(typeof given === 'string' ? given : JSON.stringify(given)) : ''
if (body) req.setBody(body, { raw: true })
const headers = {}
for (const [name, value] of Object.entries(req.getHeaders())) headers[name] = filled(String(value))
const key = { keyId, secret, created: Math.floor(Date.now() / 1000), nonce: require('uuid').v4() }
const signed = signRequest(require('crypto-js'), key, { method: req.getMethod(), url: filled(req.getUrl()), headers, body })
req.setUrl(signed.url)
for (const [name, value] of Object.entries({ ...headers, ...signed.headers })) req.setHeader(name, value)
