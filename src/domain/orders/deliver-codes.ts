// Deliveries: the codes of an order as NDJSON or CSV, written as fast as they are taken and no faster. Between two steps no
// transaction and no lock is held; memory holds the step that is being taken and the sealed codes of the next.
import { createHash } from 'node:crypto'
import { Problem } from '../../base/problem.ts'
import type { CodeRange } from './code-layout.ts'
import { csv, csvHeader, ndjson, writePieces } from './code-lines.ts'
import { openOneByOne, revealStepMax, startReading, type Reading, type RevealBy, type RevealNeeds, type Revealed } from './reveal-codes.ts'

/** An answer that has begun: the codes it will have of those the order has, and its bytes. */
export interface Delivery { readonly count: number, readonly total: number, readonly pieces: AsyncGenerator<Buffer> }

/**
 * The codes of a range as NDJSON: a line for each, or, where they are sealed to their buyer, a line `{"jwe":…}` for each piece of
 * lines. The last line is `{"end":true,"count":…,"sha256":…}`: the number of codes in this answer and the digest of their lines,
 * which is the same sealed and in the clear. The first step is revealed before this returns, so that a refusal is a refusal and
 * not a broken stream.
 */
export async function deliverLines (needs: RevealNeeds, by: RevealBy, range: CodeRange): Promise<Delivery> {
  const reading = startReading(needs, by)
  const begun = await reading.begin(stepOf(range, range.count))
  return { count: reading.count(range), total: begun.total, pieces: pieces() }

  async function * pieces (): AsyncGenerator<Buffer> {
    const digest = createHash('sha256')
    let count = 0
    for await (const revealed of stepsOf(reading, begun, range)) {
      count += revealed.count
      for await (const { lines, bytes } of linesOf(needs, revealed)) {
        digest.update(lines)
        yield bytes
      }
    }
    yield Buffer.from(JSON.stringify({ end: true, count, sha256: digest.digest('hex') }) + '\n')
  }
}

/**
 * The codes of a range as CSV, its header where an order's codes begin. There is no last line to tell the end: the count is told
 * beforehand, and the sum is asked for. Refuses with delivery_sealed where codes are sealed to their buyer.
 */
export async function deliverCsv (needs: RevealNeeds, by: RevealBy, range: CodeRange): Promise<Delivery> {
  const reading = startReading(needs, by, refuseSealed)
  const begun = await reading.begin(stepOf(range, range.count))
  return { count: reading.count(range), total: begun.total, pieces: pieces() }

  async function * pieces (): AsyncGenerator<Buffer> {
    if (range.first === 0 && !range.pass) yield Buffer.from(csvHeader)
    for await (const revealed of stepsOf(reading, begun, range)) {
      for (const { bytes } of writePieces(csv, revealed.runs, openOneByOne(revealed))) yield bytes
    }
  }
}

async function * stepsOf (reading: Reading, begun: Revealed, range: CodeRange): AsyncGenerator<Revealed> {
  let left = range.count
  let revealed = begun
  for (;;) {
    if (revealed.count === 0) return
    left -= revealed.count
    const { next } = revealed
    const more = next === null || left === 0 ? undefined : stepOf({ first: next, count: left }, left)
    if (more) reading.fetchAhead(more)
    yield revealed
    if (!more) return
    revealed = await reading.go(more)
  }
}

function stepOf (range: CodeRange, left: number): CodeRange {
  return { ...range, count: Math.min(revealStepMax, left) }
}

/** The lines of a step as they are summed and as they leave. */
async function * linesOf ({ sealing }: RevealNeeds, revealed: Revealed): AsyncGenerator<{ lines: Buffer, bytes: Buffer }> {
  const written = writePieces(ndjson, revealed.runs, openOneByOne(revealed))
  const { sealTo } = revealed
  if (sealTo === null) {
    for (const { bytes } of written) yield { lines: bytes, bytes }
    return
  }
  const pieces = [...written].map(({ bytes }) => bytes)
  const sealed = await sealing.seal(sealTo, pieces)
  for (const [i, jwe] of sealed.entries()) yield { lines: pieces[i]!, bytes: Buffer.from(`{"jwe":"${jwe}"}\n`) }
}

function refuseSealed (): never {
  throw new Problem(
    'delivery_sealed',
    'Your codes are sealed to your encryption key, and a CSV cannot be. Ask for application/x-ndjson and open its lines with your ' +
      'private key (the SDK does), or retire the key first.'
  )
}
