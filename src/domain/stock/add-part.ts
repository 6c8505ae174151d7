// One part of an import: read, checked, sealed and written in one transaction. The database writes one chunk of codes while
// the next is being sealed. A chunk is an insert from arrays: COPY writes rows half as fast again, but the driver loses the
// error of a COPY that fails, and sealing, not writing, sets the pace.
import { hash, type KeyObject } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import { Problem } from '../../base/problem.ts'
import { sealAll, type MasterKeys } from '../../base/seal.ts'
import type { Secret } from '../../base/secret.ts'
import { bareArray, bytesArray } from '../../postgres/arrays.ts'
import { violatedConstraint } from '../../postgres/failure.ts'
import type { Db, Tx } from '../../postgres/pool.ts'
import { transact } from '../../postgres/transact.ts'
import { rowChecker, type CheckedRow } from './check-row.ts'
import { findFaults, refuseFaults } from './find-faults.ts'
import { fingerprintOf } from './fingerprint.ts'
import { importCodesMax, lockImport, partRowsMax, readImport, type Import, type Part } from './import.ts'
import { codeOwner, writeCode } from './open-codes.ts'
import { isFault, readRows } from './read-rows.ts'
import { openStagedLots, type StagedLot, type StagedLots } from './staged-lots.ts'

/** Codes sealed between two turns of the event loop: other requests wait this long, a few milliseconds. */
const rowsPerTurn = 250
/** Codes per statement. */
const rowsPerStatement = 1000
const lockTimeout = '60s'
const duplicateTriesMax = 3

/** What a part is written with; `alongside` runs first in its transaction. */
export interface PartTools {
  readonly masterKeys: MasterKeys
  readonly fingerprintKey: Secret<KeyObject>
  readonly alongside: (tx: Tx) => Promise<void>
}

/** A part as it is recorded; `replayed` when it was there before. */
export interface PartOutcome {
  readonly part: number
  readonly lines: number
  readonly codes: number
  readonly replayed: boolean
  readonly import: Import
}

/**
 * Adds the next part, all of it or nothing. The same part again gives its record. Throws `import_part_unexpected`,
 * `state_conflict`, and for lines that cannot be stocked `import_invalid` or `code_already_stocked`, naming them.
 */
export async function addPart (db: Db, tools: PartTools, part: Part): Promise<PartOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transact(db, async tx => {
        await tools.alongside(tx)
        return await writePart(tx, tools, part)
      })
    } catch (error) {
      const duplicate = violatedConstraint(error) === 'codes_by_fingerprint'
      if (!duplicate && !(error instanceof RowRefused)) throw error
      // The transaction is over and nothing of it is left: now there is time to say everything that is wrong with the part.
      refuseFaults(await findFaults(db, tools.fingerprintKey.reveal(), await readImport(db, part.importId), part))
      // What stood in the way has gone since (an aborted import was cleared away).
      if (attempt >= duplicateTriesMax) throw error
    }
  }
}

/** Ends the transaction at the first line that cannot be stocked. */
class RowRefused extends Error {}

async function writePart (tx: Tx, { masterKeys, fingerprintKey }: PartTools, part: Part): Promise<PartOutcome> {
  await tx`select set_config('lock_timeout', ${lockTimeout}, true)`
  const digest = hash('sha256', part.body, 'buffer')
  const open = await lockImport(tx, part.importId)
  const earlier = await readEarlier(tx, open, part.part, digest)
  if (earlier) return earlier
  await tx`select pg_advisory_xact_lock(hashtextextended(current_schema() || ' import of ' || ${open.issuerId}, 0))`

  const lots = await openStagedLots(tx, masterKeys, open)
  const { lines, codes } = await writeCodes(tx, fingerprintKey.reveal(), open, lots, part)
  if (open.codes + BigInt(codes) > BigInt(importCodesMax)) {
    throw new Problem('import_invalid', `An import holds at most ${importCodesMax} codes; start another for the rest.`)
  }
  await lots.writeSizes(tx)
  await tx`
    insert into import_parts (import_id, part, sha256, lines, codes)
    values (${open.id}, ${part.part}, ${digest}, ${lines}, ${codes})`
  await tx`
    update imports set parts = ${part.part}, lines = ${lines}, codes = codes + ${codes}, touched_at = now()
    where id = ${open.id}`
  return { part: part.part, lines, codes, replayed: false, import: await readImport(tx, open.id) }
}

async function readEarlier (tx: Tx, open: Import, part: number, digest: Buffer): Promise<PartOutcome | undefined> {
  const [row] = await tx<{ sha256: Buffer, lines: bigint, codes: number }[]>`
    select sha256, lines, codes from import_parts where import_id = ${open.id} and part = ${part}`
  if (row?.sha256.equals(digest)) return { part, lines: Number(row.lines), codes: row.codes, replayed: true, import: open }
  if (open.state !== 'open') throw new Problem('state_conflict', `The import is ${open.state}; it takes no more parts.`)
  const expected = open.parts + 1
  if (part === expected) return undefined
  const detail = row
    ? `Part ${part} was taken before with other bytes. Send part ${expected} next, or abort the import.`
    : `Parts come in order: send part ${expected} next.`
  throw new Problem('import_part_unexpected', detail, { expected_part: expected })
}

/** A line's code on its way into the database. */
interface StagedCode { readonly lot: StagedLot, readonly n: number, readonly fingerprint: string, readonly sealed: Buffer }

async function writeCodes (
  tx: Tx, fingerprintKey: KeyObject, open: Import, lots: StagedLots, part: Part
): Promise<{ lines: number, codes: number }> {
  const check = rowChecker(lots.nowMs, open.expiresAt?.getTime() ?? Infinity)
  let codes = 0
  let lines = 0
  let chunk: StagedCode[] = []
  let writing: Promise<void> = Promise.resolve()

  for (const rows of inTurns(checkedRows(part, check))) {
    codes += rows.length
    if (codes > partRowsMax) throw new RowRefused()
    lines = Math.max(lines, rows.at(-1)!.line)
    if (!rows.every(row => lots.has(row.expiresAtMs))) {
      await writing
      await lots.add(tx, rows.map(row => row.expiresAtMs))
    }
    chunk.push(...sealRows(fingerprintKey, open.issuerId, lots, rows))
    if (chunk.length >= rowsPerStatement) await flush()
    await turn()
  }
  if (chunk.length > 0) await flush()
  await writing
  if (codes === 0) throw new RowRefused()
  return { lines, codes }

  /** Sends the chunk once the one before is written; does not wait for its own end. */
  async function flush (): Promise<void> {
    await writing
    writing = insertCodes(tx, chunk)
    writing.catch(() => {})
    chunk = []
  }
}

function * checkedRows (part: Part, check: ReturnType<typeof rowChecker>): Generator<CheckedRow> {
  for (const row of readRows(part.format, part.body)) {
    const checked = isFault(row) ? row : check(row)
    if (isFault(checked)) throw new RowRefused()
    yield checked
  }
}

function * inTurns<Item> (items: Iterable<Item>): Generator<Item[]> {
  let turnful: Item[] = []
  for (const item of items) {
    turnful.push(item)
    if (turnful.length < rowsPerTurn) continue
    yield turnful
    turnful = []
  }
  if (turnful.length > 0) yield turnful
}

/** Seals rows in their order, each lot's at once, and gives each its place in its lot. */
function sealRows (fingerprintKey: KeyObject, issuerId: string, lots: StagedLots, rows: readonly CheckedRow[]): StagedCode[] {
  const staged: StagedCode[] = []
  for (const [lot, own] of lots.group(rows)) {
    const first = lot.size
    const sealed = sealAll(lot.key, own.map((row, i) => ({
      owner: codeOwner(lot.id, first + i),
      plain: writeCode({ ...row, ...lot.expiry })
    })))
    own.forEach((row, i) => {
      staged.push({ lot, n: first + i, fingerprint: fingerprintOf(fingerprintKey, issuerId, row), sealed: sealed[i]! })
    })
    lot.size += own.length
  }
  return staged
}

async function insertCodes (tx: Tx, codes: readonly StagedCode[]): Promise<void> {
  await tx`
    insert into codes (lot_id, n, fingerprint, sealed)
    select * from unnest(${bareArray(codes.map(code => code.lot.id))}::int[], ${bareArray(codes.map(code => code.n))}::int[],
                         ${bareArray(codes.map(code => code.fingerprint))}::uuid[], ${bytesArray(codes.map(code => code.sealed))}::bytea[])`
}
