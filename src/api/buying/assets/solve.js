// Looks for the counter of an ALTCHA v2 challenge (PBKDF2) in a worker, so that the page stays lively.
/* global postMessage, self */
'use strict'
self.onmessage = async ({ data: { algorithm, nonce, salt, cost, keyLength, keyPrefix } }) => {
  const started = performance.now()
  const bytesOf = hex => Uint8Array.from(hex.match(/../g), pair => parseInt(pair, 16))
  const hexOf = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  const hash = algorithm.slice('PBKDF2/'.length)
  const saltBytes = bytesOf(salt)
  const nonceBytes = bytesOf(nonce)
  const prefix = bytesOf(keyPrefix)
  const password = new Uint8Array(nonceBytes.length + 4)
  password.set(nonceBytes)
  const counterView = new DataView(password.buffer)
  const countersMax = 100000
  for (let counter = 0; counter < countersMax; counter++) {
    counterView.setUint32(nonceBytes.length, counter)
    const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derived = new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', salt: saltBytes, iterations: cost, hash }, key, keyLength * 8))
    if (prefix.every((byte, at) => byte === derived[at])) {
      postMessage({ counter, derivedKey: hexOf(derived), time: Math.round(performance.now() - started) })
      return
    }
  }
  postMessage(null)
}
