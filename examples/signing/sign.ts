// Signs a request with nothing but Node (22.19 or newer), sends it and prints the answer:
//   node examples/signing/sign.ts [--print] [METHOD] [TARGET] [BODY]        GET /v1/me when left out
// The key: KAHUB_URL, KAHUB_KEY_ID and KAHUB_SECRET, or the file KAHUB_CREDENTIALS (.kahub/demo.json).
// --print prints the headers instead of sending; KAHUB_CREATED and KAHUB_NONCE then take the place of clock and chance.
import { createHash, createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

const { KAHUB_URL, KAHUB_KEY_ID, KAHUB_SECRET, KAHUB_CREDENTIALS = '.kahub/demo.json', KAHUB_CREATED, KAHUB_NONCE } = process.env
const key = KAHUB_SECRET === undefined
  ? JSON.parse(readFileSync(KAHUB_CREDENTIALS, 'utf8')) as { url: string, keyId: string, secret: string }
  : { url: KAHUB_URL!, keyId: KAHUB_KEY_ID!, secret: KAHUB_SECRET }

const words = process.argv.slice(2)
const print = words[0] === '--print'
const [method = 'GET', target = '/v1/me', body = ''] = print ? words.slice(1) : words

function signedHeaders (): Record<string, string> {
  const mark = target.indexOf('?')
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? '?' : target.slice(mark)
  const digest = `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const covered = [['@method', method], ['@path', path], ['@query', query], ...(body === '' ? [] : [['content-digest', digest]])]
  const created = KAHUB_CREATED ?? Math.floor(Date.now() / 1000)
  const nonce = KAHUB_NONCE ?? randomBytes(16).toString('hex')
  const names = covered.map(([name]) => `"${name}"`).join(' ')
  const params = `(${names});created=${created};keyid="${key.keyId}";nonce="${nonce}";alg="hmac-sha256"`
  const base = [...covered.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${params}`].join('\n')
  const signature = createHmac('sha256', key.secret).update(base).digest('base64')
  return {
    'signature-input': `sig1=${params}`,
    signature: `sig1=:${signature}:`,
    ...(body !== '' && { 'content-digest': digest, 'content-type': 'application/json' })
  }
}

const headers = signedHeaders()
if (print) {
  for (const [name, value] of Object.entries(headers)) console.log(`${name}: ${value}`)
} else {
  const answer = await fetch(key.url + target, { method, headers, ...(body !== '' && { body }), signal: AbortSignal.timeout(15_000) })
  console.log(await answer.text())
  if (!answer.ok) process.exitCode = 1
}
