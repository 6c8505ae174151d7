/* global pm, signRequest */
// Runs before every request. Variables are filled in first, because what is signed is what is sent.
const filled = text => pm.variables.replaceIn(text)
const [keyId, secret] = ['keyId', 'secret'].map(name => {
  const value = pm.variables.get(name)
  if (!value) throw new Error(`Set the variable ${name}: in the environment, or in the collection.`)
  return value
})
const body = pm.request.body && pm.request.body.mode === 'raw' ? filled(pm.request.body.raw || '') : ''
if (body) pm.request.body.update({ mode: 'raw', raw: body })
const headers = {}
pm.request.headers.each(header => { if (!header.disabled) headers[header.key] = filled(header.value) })
const key = { keyId, secret, created: Math.floor(Date.now() / 1000), nonce: require('uuid').v4() }
const signed = signRequest(require('crypto-js'), key, {
  method: pm.request.method, url: filled(pm.request.url.toString()), headers, body
})
pm.request.url.update(signed.url)
for (const [name, value] of Object.entries({ ...headers, ...signed.headers })) pm.request.headers.upsert({ key: name, value })
