// A bearer token for tools that cannot sign, got as they would get it: OAuth 2.0 client credentials with private_key_jwt (RFC 7523).
import { createPrivateKey, randomUUID, sign, type KeyObject } from 'node:crypto'
import type { Command } from 'commander'
import { tokenScopes } from '../../../schema/vocabulary.ts'
import type { PrivateJwk } from '../../../sdk/src/index.ts'
import { words } from '../arguments.ts'
import { examples } from '../examples.ts'
import { RefusedError, UsageError } from '../failures.ts'
import { note, printJson, say } from '../output.ts'
import { sendOnce } from '../send-once.ts'
import type { KeySession, RunWith } from '../session.ts'

/** How long the assertion is good, in seconds. */
const assertionSeconds = 60

interface TokenOptions { readonly scope?: readonly string[] }

/** kahub token. */
export function addToken (program: Command, run: RunWith<KeySession>): void {
  examples(
    program
      .command('token')
      .description('print a bearer token that reads for ten minutes, for tools that cannot sign; needs a key of algorithm ed25519')
      .option(
        '--scope <list>', `of ${tokenScopes.join(', ')}, divided by commas or spaces (left out: all that the key has)`,
        text => words(text.replaceAll(' ', ','))
      )
      .option('--key <file>', 'the key, as --credentials (the demo’s for tools when left out)'),
    'kahub token',
    'curl --header "Authorization: Bearer $(kahub token --scope orders:read)" http://127.0.0.1:8080/v1/orders'
  ).action(run(getToken))
}

interface OauthRefusal { readonly error: string, readonly error_description: string, readonly request_id: string }
interface TokenAnswer { readonly access_token: string, readonly expires_in: number, readonly scope: string }

async function getToken (session: KeySession, { scope }: TokenOptions): Promise<void> {
  if (session.privateKey === undefined) throw new UsageError(needsEd25519(session.keyId))
  const answer = await ask(session, privateKeyOf(session.privateKey), scope)
  if (session.form === 'json') return printJson(answer)
  say(answer.access_token)
  note(`It is good for ${Math.round(answer.expires_in / 60)} minutes and reads ${answer.scope}. Send it as "Authorization: Bearer …".`)
}

/** The private half as the file has it. */
function privateKeyOf (jwk: PrivateJwk): KeyObject {
  try {
    return createPrivateKey({ key: { ...jwk }, format: 'jwk' })
  } catch {
    // The cause is left out: it might repeat the key.
    throw new UsageError('privateKey of the key file is no Ed25519 key as a JWK: {"kty": "OKP", "crv": "Ed25519", "x", "d"}.')
  }
}

async function ask (session: KeySession, privateKey: KeyObject, scope: readonly string[] | undefined): Promise<TokenAnswer> {
  const endpoint = `${session.url}/oauth/token`
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(session.keyId, privateKey, endpoint),
    ...(scope && { scope: scope.join(' ') })
  })
  const response = await sendOnce(session, endpoint, { method: 'POST', body: form })
  const answer = await response.json().catch(() => ({})) as Partial<TokenAnswer & OauthRefusal>
  if (response.ok && answer.access_token !== undefined) return answer as TokenAnswer
  const { error = 'refused', error_description: description = `The server answered ${response.status}.`, request_id: requestId } = answer
  throw new RefusedError(error, description, { requestId })
}

/** A JWT by which the client shows that it has the private key, for this server, once. */
function assertion (keyId: string, privateKey: KeyObject, endpoint: string): string {
  const nowS = Math.floor(Date.now() / 1000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: keyId, sub: keyId, aud: endpoint, iat: nowS, exp: nowS + assertionSeconds, jti: randomUUID() }
  const signed = `${part({ alg: 'EdDSA', typ: 'JWT' })}.${part(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
}

function needsEd25519 (keyId: string): string {
  return `${keyId} is a key of algorithm hmac-sha256, and a token needs one of ed25519. The operator makes one with: ` +
    `kahub keys create RESELLER --algorithm ed25519 --scopes ${tokenScopes.join(',')} --out tools.json; then: kahub token --key tools.json.`
}
