// What a refusal costs must not tell why it is one: Welch's t-test (as dudect has it) between classes of signatures that do not hold, drawn
// in random order. In process it decides; over HTTP, where the machine's noise is louder than any difference, it is reported.
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { drawer } from '../../bench/prepare-requests.ts'
import { decoyKeys, hmacKey, verifyEd25519, verifyHmac, type SigningKey } from '../../src/base/signature.ts'
import { randomText } from '../../src/base/ids.ts'
import { openStage, fromAddress, type Stage } from './forgery-stage.ts'
import { fieldOf, hearOne, printCall, signedCall, withFields } from './forgery-wire.ts'
import type { FuzzRun } from './run-type.ts'
import { welch } from './timing-welch.ts'

/** dudect's own bound: above it, time is "probably not constant". */
const tMax = 10
/** Keys of each class: two single ones differ by some nanoseconds for where they lie in memory, whatever they are. */
const keysPerClass = 64
const samples = { whole: 200_000, slice: 40_000 } as const
const ed25519Share = 10
/** A part of the samples is taken first and thrown away: until then code is being compiled and caches are cold. */
const warmUpShare = 10
const drawOutOf = 1_000
const httpSamples = { whole: 2_000, slice: 200 } as const
/** A suspicion is a finding only when it comes again as often, with samples of its own. */
const repeats = 3

/** One function does both classes, told apart by data alone: two would be compiled apart, and differ for that. */
interface Comparison { readonly says: string, readonly probe: (which: 0 | 1) => unknown, readonly decides: boolean, readonly count: number }

export const timing: FuzzRun = {
  name: 'timing',
  says: 'how long a refusal takes does not tell an unknown key from a wrong signature, nor how much of a signature was right',

  async run (context) {
    const { extent, seed, say } = context
    const stage = await openStage(context)
    const below = drawer(seed)
    const random = () => below(drawOutOf) / drawOutOf
    const faults: string[] = []
    const rows: string[] = []
    let tried = 0
    for (const comparison of [...inProcess(samples[extent]), ...overHttp(stage, httpSamples[extent])]) {
      const { says, count, decides } = comparison
      let t = 0
      for (let round = 1; round <= repeats; round++) {
        t = Math.abs(await measure(comparison, random))
        tried += count
        if (t < tMax) break
      }
      if (decides && t >= tMax) faults.push(`${says}: |t| is ${t.toFixed(1)}, ${repeats} times`)
      rows.push(`| ${says} | ${count} | ${t.toFixed(2)} | ${decides ? `below ${tMax}` : 'reported'} |`)
      say(`${says}: |t| = ${t.toFixed(2)}`)
    }
    const control = leaking(samples[extent])
    const leak = Math.abs(await measure(control, random))
    rows.push(`| ${control.says} | ${control.count} | ${leak.toFixed(2)} | above ${tMax} |`)
    if (leak < tMax) faults.push(`the control, a comparison that leaks, is not told: |t| is ${leak.toFixed(1)}`)
    return { tried, faults, table: ['| compared | samples | \\|t\\| | bound |', '|---|---|---|---|', ...rows].join('\n') }
  }
}

/** Samples of both classes in random order; Welch's t of their times without the slowest, which are the machine's. */
async function measure ({ probe, count }: Comparison, random: () => number): Promise<number> {
  const times: [number[], number[]] = [[], []]
  for (let i = 0; i < count / warmUpShare; i++) await probe(i % 2 as 0 | 1)
  for (let i = 0; i < count; i++) {
    const which = random() < 0.5 ? 0 : 1
    const began = process.hrtime.bigint()
    const result = probe(which)
    if (result instanceof Promise) await result
    times[which].push(Number(process.hrtime.bigint() - began))
  }
  return welch(...times)
}

function inProcess (count: number): Comparison[] {
  const many = Array.from({ length: keysPerClass })
  const decoys = many.map(() => decoyKeys())
  const keys = many.map(() => ({ hmac: hmacKey(`khs_${randomText(32)}`), ed25519: generateKeyPairSync('ed25519').publicKey }))
  let turn = 0
  const one = (of: readonly KeyObject[]): KeyObject => of[++turn % of.length]!
  const key = hmacKey(`khs_${randomText(32)}`)
  const base = '"@method": POST\n"@path": /v1/orders\n"@query": ?\n'.padEnd(400, 'x')
  const right = createHmac('sha256', key).update(base).digest()
  const [first, last] = [altered(right, 0), altered(right, right.length - 1)]
  const pair = generateKeyPairSync('ed25519')
  const signature = sign(null, Buffer.from(base), pair.privateKey)
  const [edMiddle, edLast] = [altered(signature, 40), altered(signature, 63)]
  const edCount = count / ed25519Share
  type Case = readonly [signature: Buffer, keys: readonly KeyObject[]]
  const hmac = (says: string, ...cases: readonly [Case, Case]): Comparison =>
    ({ says: `HMAC: ${says}`, probe: which => verifyHmac(base, cases[which][0], one(cases[which][1])), decides: true, count })
  const ed25519 = (says: string, ...cases: readonly [Case, Case]): Comparison =>
    ({ says: `Ed25519: ${says}`, probe: which => verifyEd25519(base, cases[which][0], one(cases[which][1])), decides: true, count: edCount })
  return [
    hmac('wrong at the first byte, at the last', [first, [key]], [last, [key]]),
    hmac('wrong, and right', [first, [key]], [right, [key]]),
    hmac('a key that is there, a decoy', [first, keys.map(both => both.hmac)], [first, decoys.map(both => both['hmac-sha256'])]),
    ed25519('wrong in the middle, at the end', [edMiddle, [pair.publicKey]], [edLast, [pair.publicKey]]),
    ed25519('a key that is there, a decoy', [edLast, keys.map(both => both.ed25519)], [edLast, decoys.map(both => both.ed25519)])
  ]
}

function overHttp (stage: Stage, count: number): Comparison[] {
  const { keys } = stage
  let n = 0
  const refused = (key: SigningKey, alter: (signature: Buffer) => Buffer): Promise<unknown> => {
    const call = signedCall(key, { method: 'GET', target: '/v1/ping' })
    const signature = alter(Buffer.from(fieldOf(call, 'signature').slice(6, -1), 'base64'))
    return hearOne(stage.urls[0], printCall(fromAddress(withFields(call, { signature: `sig1=:${signature.toString('base64')}:` }), ++n)))
  }
  const unknown: SigningKey = { ...keys.hmac, id: `key_live_${'0'.repeat(26)}` } as SigningKey
  const over = (says: string, probe: Comparison['probe']): Comparison => ({ says: `over HTTP: ${says}`, probe, decides: false, count })
  return [
    over('an unknown key, a wrong signature', which => refused([unknown, keys.hmac][which]!, bytes => altered(bytes, 0))),
    over('wrong at the first byte, at the last', which => refused(keys.hmac, bytes => altered(bytes, [0, 31][which]!)))
  ]
}

/** What a careless comparison would be: it must be told, or the test tells nothing. */
function leaking (count: number): Comparison {
  const right = Buffer.alloc(4_096, 7)
  const [first, last] = [altered(right, 0), altered(right, right.length - 1)]
  const equals = (one: Buffer): boolean => {
    for (let i = 0; i < right.length; i++) if (one[i] !== right[i]) return false
    return true
  }
  const says = 'control: a comparison that ends at the first difference'
  return { says, probe: which => equals([first, last][which]!), decides: true, count: count / ed25519Share }
}

function altered (bytes: Buffer, at: number): Buffer {
  const other = Buffer.from(bytes)
  other[at]! ^= 1
  return other
}
