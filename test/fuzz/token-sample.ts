import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import type { World } from '../../schema/vocabulary.ts'
import { tokenScopes } from '../../schema/vocabulary.ts'
import { assertionType } from '../../src/api/oauth/assertion.ts'
import type { Stage } from './stage.ts'

const assertionSeconds = 60

/** The form that gets a bearer token for a reseller, by an Ed25519 key made for it; `url` is the server that is to give it. */
export async function tokenForm ({ house }: Stage, url: string, world: World, resellerId: string): Promise<Record<string, string>> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = publicKey.export({ format: 'jwk' })
  const { id } = await house.operators[world].admin.resellerKeys.create(resellerId, {
    name: 'tool', algorithm: 'ed25519', public_key: { kty: kty!, crv: crv!, x: x! } as never, scopes: [...tokenScopes] as never
  })
  const nowS = Math.floor(Date.now() / 1_000)
  const claims = { iss: id, sub: id, aud: `${url}/oauth/token`, exp: nowS + assertionSeconds, jti: randomUUID() }
  const assertion = await new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' }).sign(privateKey)
  return { grant_type: 'client_credentials', client_assertion_type: assertionType, client_assertion: assertion }
}
