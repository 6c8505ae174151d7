// Who signs what is sent. A request may revoke the very key it was signed with; another one then takes its place.
import { setTimeout as pause } from 'node:timers/promises'
import { worlds, type World } from '../../schema/vocabulary.ts'
import type { Stage } from './stage.ts'
import type { Asked, Signer, Told, Wire } from './wire.ts'

export interface Signers {
  of (role: 'reseller' | 'operator', world: World): Signer
  /** Replaces a signer that is refused from now on. */
  heed (asked: Asked, told: Told): Promise<void>
  /** What no answer may tell: secrets of keys that nobody asks for. */
  readonly secrets: readonly string[]
}

const knownMsMax = 5_000
const lookEveryMs = 25
/** What is told to a key that cannot be used any more, or not soon. */
const lost = /"code": ?"(?:key_revoked|key_expired|ip_not_allowed|reseller_suspended|rate_limited|signature_invalid)"/

/** A reseller and an operator for each world. */
export async function openSigners (stage: Stage): Promise<Signers> {
  const { house, furniture, wire } = stage
  const made = new Map<string, Signer>()
  const replace = async (role: 'reseller' | 'operator', world: World): Promise<void> => {
    const signer = role === 'operator' ? await stage.operator(world) : await stage.reseller(world)
    await becomesKnown(wire, signer)
    made.set(`${role} ${world}`, signer)
  }

  for (const world of worlds) {
    await becomesKnown(wire, furniture[world].reseller.credentials)
    await replace('operator', world)
    made.set(`reseller ${world}`, furniture[world].reseller.credentials)
  }
  return {
    of: (role, world) => made.get(`${role} ${world}`)!,
    async heed ({ signer }, { status, text }) {
      if (status < 400 || !lost.test(text)) return
      for (const [name, known] of made) {
        if (known !== signer) continue
        const [role, world] = name.split(' ') as ['reseller' | 'operator', World]
        await replace(role, world)
      }
    },
    secrets: [
      house.masterKey,
      ...worlds.flatMap(world => [house.operators[world], furniture[world].reseller, furniture[world].maker])
        .map(({ credentials }) => credentials.secret)
    ]
  }
}

/** Waits until the server knows a new key: processes learn of what others made within a second. */
export async function becomesKnown (wire: Wire, signer: Signer): Promise<void> {
  const ping: Asked = { method: 'GET', target: '/v1/ping', headers: {}, body: undefined, signer }
  for (const until = Date.now() + knownMsMax; Date.now() < until; await pause(lookEveryMs)) {
    if ((await wire.send(ping)).status === 200) return
  }
  throw new Error(`the server does not know the key ${signer.keyId} after ${knownMsMax} ms`)
}
