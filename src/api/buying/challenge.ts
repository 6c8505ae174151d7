// A proof of work in the format of ALTCHA v2 (https://altcha.org), made, solved and checked without any service of others: the browser
// looks for the counter whose PBKDF2 key begins as the challenge says. Each is signed for one link, good for minutes and good once.
import { createChallenge, randomInt, verifySolution } from 'altcha-lib'
import { deriveKey as deriveWork } from 'altcha-lib/algorithms/pbkdf2'
import type { Challenge, Payload } from 'altcha-lib/types'
import type { Uuid } from '../../base/ids.ts'
import { deriveKey } from '../../base/seal.ts'
import { Secret } from '../../base/secret.ts'
import { openWorldSecret } from '../../domain/secrets/open-world-secret.ts'
import type { World } from '../../domain/world.ts'

/** How long a challenge may take to be solved and sent. */
export const challengeSeconds = 600
/** The keys to be tried, one after another, each of so many rounds: half a second's work for a computer, one or two for a phone. */
const counterMin = 400
const counterMax = 1_000
const roundsPerKey = 1_000
const spentMax = 100_000
const payloadLengthMax = 2_048

export interface Challenges {
  /** A new challenge for a link. */
  make (link: Uuid): Promise<Challenge>
  /** Whether a form's text solves a challenge that was made for the link; it does so once. */
  spend (link: Uuid, solved: string): Promise<boolean>
}

/** Opens the challenges of a world: every process checks what any of them made; that it is good once, each sees for itself. */
export function openChallenges (world: Pick<World, 'db' | 'masterKeys' | 'clock'>): Challenges {
  let keys: Promise<readonly [Secret<string>, Secret<string>]> | undefined
  const spent = new Map<string, number>()
  const openKeys = () => {
    keys ??= deriveKeys(world).catch(error => {
      keys = undefined
      throw error
    })
    return keys
  }
  return {
    async make (link) {
      const [challengeKey, solutionKey] = await openKeys()
      return await createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: roundsPerKey,
        counter: randomInt(counterMax, counterMin),
        data: { link },
        expiresAt: Math.floor(world.clock() / 1000) + challengeSeconds,
        deriveKey: deriveWork,
        hmacSignatureSecret: challengeKey.reveal(),
        hmacKeySignatureSecret: solutionKey.reveal()
      })
    },
    async spend (link, solved) {
      const payload = readPayload(solved)
      if (payload === undefined || payload.challenge.parameters.data?.link !== link) return false
      const [challengeKey, solutionKey] = await openKeys()
      const { verified } = await verifySolution({
        ...payload, deriveKey: deriveWork, hmacSignatureSecret: challengeKey.reveal(), hmacKeySignatureSecret: solutionKey.reveal()
      }).catch(() => ({ verified: false }))
      const { signature, parameters: { expiresAt } } = payload.challenge
      const nowSeconds = world.clock() / 1000
      if (!verified || signature === undefined || expiresAt === undefined || expiresAt < nowSeconds || spent.has(signature)) return false
      forgetExpired(spent, nowSeconds)
      spent.set(signature, expiresAt)
      return true
    }
  }
}

/** What signs challenges, and what signs their solutions. */
async function deriveKeys ({ db, masterKeys }: Pick<World, 'db' | 'masterKeys'>): Promise<readonly [Secret<string>, Secret<string>]> {
  const secret = await openWorldSecret(db, masterKeys, 'buyers')
  const keyFor = (purpose: string) => new Secret(deriveKey(secret, purpose).export().toString('base64'))
  return [keyFor('challenges'), keyFor('challenge keys')]
}

/** The solution as the page's script writes it: base64 of JSON. */
function readPayload (text: string): Payload | undefined {
  if (text.length === 0 || text.length > payloadLengthMax) return undefined
  try {
    const payload = JSON.parse(Buffer.from(text, 'base64').toString()) as Payload | null
    return typeof payload?.challenge?.parameters === 'object' && payload.challenge.parameters !== null && typeof payload.solution === 'object' ? payload : undefined
  } catch {
    return undefined
  }
}

function forgetExpired (spent: Map<string, number>, nowSeconds: number): void {
  if (spent.size < spentMax) return
  for (const [signature, expiresAt] of spent) if (expiresAt < nowSeconds) spent.delete(signature)
  // All are in date: the oldest go, each of which took a second's work to make.
  for (const signature of spent.keys()) {
    if (spent.size < spentMax) break
    spent.delete(signature)
  }
}
