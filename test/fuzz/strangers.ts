// Those to whom nothing of the owner's exists: another reseller by all kinds of keys, by a token, and from the other world.
import type { World } from '../../schema/vocabulary.ts'
import type { Furniture } from '../support/spares.ts'
import type { Scope } from '../../schema/vocabulary.ts'
import type { Taking } from './contract-schemas.ts'
import { becomesKnown } from './signers.ts'
import type { Stage } from './stage.ts'
import { tokenForm } from './token-sample.ts'
import type { Asked, Signer, Wire } from './wire.ts'

export interface Stranger {
  readonly name: string
  readonly world: World
  readonly signer: Signer | undefined
  /** Whether it tries all places of a request, or the path alone. */
  readonly wide: boolean
  /** Whether it may call an operation at all. */
  may (taking: Taking): boolean
  /** A request as this stranger sends it. */
  ask (asked: Asked): Asked
}

/** The strangers: a key of all scopes, a key for each scope, a bearer token, and a key of the test world. */
export async function openStrangers (stage: Stage, wire: Wire, bob: Furniture, takings: readonly Taking[]): Promise<Stranger[]> {
  const asIs = (asked: Asked): Asked => asked
  const scopes = [...new Set(takings.map(({ scope }) => scope).filter(scope => scope !== undefined))] as Scope[]
  const { test } = stage.furniture
  const strangers: Stranger[] = [
    { name: 'a key of all scopes', world: 'live', signer: bob.reseller.credentials, wide: true, may: () => true, ask: asIs },
    { name: 'a key of the test world', world: 'test', signer: test.reseller.credentials, wide: true, may: () => true, ask: asIs }
  ]
  for (const scope of scopes) {
    const { credentials } = await stage.house.reseller({ scopes: [scope] })
    const may: Stranger['may'] = taking => taking.scope === scope
    strangers.push({ name: `a key of ${scope} alone`, world: 'live', signer: credentials, wide: false, may, ask: asIs })
  }
  for (const { signer } of strangers) await becomesKnown(wire, signer!)
  const token = await bearer(stage, wire, bob)
  const withToken = (asked: Asked): Asked => ({ ...asked, headers: { ...asked.headers, authorization: `Bearer ${token}` } })
  const reads: Stranger['may'] = ({ method }) => method === 'GET'
  strangers.push({ name: 'a bearer token', world: 'live', signer: undefined, wide: true, may: reads, ask: withToken })
  return strangers
}

async function bearer (stage: Stage, wire: Wire, { world, reseller }: Furniture): Promise<string> {
  const form = await tokenForm(stage, wire.url, world, reseller.id)
  const asked: Asked = {
    method: 'POST',
    target: '/oauth/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams(form)),
    signer: undefined
  }
  const told = await wire.send(asked)
  if (told.status !== 200) throw new Error(`no token: ${told.status} ${told.text}`)
  return JSON.parse(told.text).access_token
}
