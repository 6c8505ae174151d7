// A file of codes into stock. The file is read twice: first to check and hash all of it, so that most bad files are refused
// before anything is sent; then to cut and send it in parts, the next being prepared while one is on its way.
//
// The reference of the import is made of the file's content and what it is imported as. So the same command after a crash
// finds its own import, goes on after the codes it holds, and after success is told that there is nothing to do. A refusal of
// the server aborts the import; an interruption leaves it open.
import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { KahubError, type AdminSku, type Import, type Money } from '../../../sdk/src/admin.ts'
import { InterruptedError, RefusedError, UsageError } from '../failures.ts'
import { countText, note, type Form } from '../output.ts'
import type { Session } from '../session.ts'
import { checkFile, refuseFaults, type CheckedFile } from './check-file.ts'
import { cutParts, fileChanged, type Part } from './cut-parts.ts'
import { openProgress, type Progress } from './progress.ts'
import { guessFormat, type FileFormat } from './read-file.ts'

/** One part may wait for another import of the same issuer. */
const partTimeoutMs = 180_000
/** Imports of one file that were refused before a fresh reference is no longer looked for. */
export const attemptsMax = 100

export interface Wanted {
  readonly path: string
  readonly format: FileFormat | undefined
  readonly sku: AdminSku
  readonly cost: Money
  readonly supplier: string | undefined
  readonly expires: string | undefined
  readonly reference: string | undefined
}

/** How an import ended; `continued_after` codes were there from an earlier run. */
export interface Outcome {
  readonly outcome: 'imported' | 'imported_before'
  readonly reference: string
  readonly continued_after: number
  readonly import: Import
}

/** Imports a file, all of it or nothing. Throws RefusedError naming lines; InterruptedError when it can be gone on with. */
export async function importFile (session: Session, wanted: Wanted): Promise<Outcome> {
  return await withFile(wanted.path, wanted.format, async (file, format) => {
    const before = await file.stat()
    const checked = await checkOpen(session.form, session.stop, file, format, wanted.path)
    refuseFaults(checked, basename(wanted.path))
    const { reference, found } = await openImport(session, wanted, checked.sha256)
    if (found.state === 'committed') return { outcome: 'imported_before', reference, continued_after: 0, import: found }
    if (found.codes > 0 && session.form === 'text') note(`Continuing after ${countText(found.codes)} codes that an earlier run sent.`)

    const progress = openProgress(session.form, 'Sending', 'codes', checked.codes, found.codes)
    try {
      const sent = await sendParts(session, found, cutParts(file, format, found.codes), progress)
      const { mtimeMs, size } = await file.stat()
      if (found.codes + sent !== checked.codes || mtimeMs !== before.mtimeMs || size !== before.size) throw fileChanged()
      const committed = await session.admin.imports.commit(found.id, {
        // Committing twice is committing once, so it may be repeated.
        headers: { 'idempotency-key': `commit-${found.id}` },
        timeoutMs: partTimeoutMs,
        signal: session.stop
      })
      return { outcome: 'imported', reference, continued_after: found.codes, import: committed }
    } catch (error) {
      throw await afterFailure(session, found, error)
    } finally {
      progress.end()
    }
  })
}

/** Checks a file without any server. */
export async function checkPath (form: Form, stop: AbortSignal, path: string, format: FileFormat | undefined): Promise<CheckedFile> {
  return await withFile(path, format, async (file, known) => await checkOpen(form, stop, file, known, path))
}

/** Opens a plain file for some work, with its format. */
export async function withFile<Result> (
  path: string,
  given: FileFormat | undefined,
  work: (file: FileHandle, format: FileFormat) => Promise<Result>
): Promise<Result> {
  let file: FileHandle
  try {
    file = await open(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read: ${code ?? 'unknown'}.`)
  }
  try {
    // It is read twice and from its beginning, so a pipe will not do.
    if (!(await file.stat()).isFile()) throw new UsageError(`${path} is not a plain file; save the codes into one first.`)
    return await work(file, given ?? (await guessFormat(file, path)))
  } finally {
    await file.close()
  }
}

async function checkOpen (form: Form, stop: AbortSignal, file: FileHandle, format: FileFormat, path: string): Promise<CheckedFile> {
  const { size } = await file.stat()
  const progress = openProgress(form, 'Checking', 'bytes', size)
  try {
    return await checkFile(file, format, stop, bytes => progress.add(bytes))
  } catch (error) {
    if (stop.aborted) throw new InterruptedError(`Interrupted while ${basename(path)} was checked; nothing was sent.`)
    throw error
  } finally {
    progress.end()
  }
}

/** The open or committed import of this file, made if there is none; those that were aborted are passed over. */
async function openImport (session: Session, wanted: Wanted, sha256: string): Promise<{ reference: string, found: Import }> {
  const { sku, cost, supplier, expires } = wanted
  const base = wanted.reference ?? referenceOf(wanted, sha256)
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const reference = attempt === 1 ? base : `${base}-${attempt}`
    const found = await session.admin.imports.create(
      { reference, sku: sku.id, unit_cost: cost, supplier, expires_at: expires },
      { signal: session.stop }
    )
    if (found.state !== 'aborted') return { reference, found }
    if (wanted.reference !== undefined) break
  }
  throw new RefusedError('state_conflict', `The import with the reference ${base} was given up before. Give another --reference.`)
}

function referenceOf ({ sku, cost, supplier, expires }: Wanted, sha256: string): string {
  // 9.5 and 9.50 are one cost.
  const amount = cost.amount.includes('.') ? cost.amount.replace(/\.?0+$/, '') : cost.amount
  const facts = JSON.stringify([sha256, sku.id, amount, cost.currency, supplier ?? '', expires ?? ''])
  return `file-${createHash('sha256').update(facts).digest('hex').slice(0, 40)}`
}

async function sendParts (session: Session, found: Import, parts: AsyncIterable<Part>, progress: Progress): Promise<number> {
  let number = found.parts
  let sent = 0
  let sending: Promise<void> = Promise.resolve()
  for await (const part of parts) {
    await sending
    sending = send(++number, part)
    // Its failure is met at the next await; until then it must not count as unhandled.
    sending.catch(() => {})
  }
  await sending
  return sent

  async function send (part: number, { body, codes }: Part): Promise<void> {
    await session.admin.imports.putPart(found.id, part, body, 'application/x-ndjson', { timeoutMs: partTimeoutMs, signal: session.stop })
    sent += codes
    progress.add(codes)
  }
}

/** A refusal takes the whole import back; anything else leaves it to be gone on with. */
async function afterFailure (session: Session, found: Import, error: unknown): Promise<unknown> {
  const lasting = 'It stays open for 24 hours: the same command goes on where it ended.'
  if (session.stop.aborted) return new InterruptedError(`The import was interrupted; nothing of it is in stock yet. ${lasting}`)
  const refused = error instanceof RefusedError || (error instanceof KahubError && refusals.has(error.code))
  if (!refused) {
    if (session.form === 'text') note(`The import did not end. ${lasting}`)
    return error
  }
  await session.admin.imports.abort(found.id, { headers: { 'idempotency-key': `abort-${found.id}` }, timeoutMs: partTimeoutMs })
  if (error instanceof RefusedError) return error
  const { code, title, errors, requestId, problem } = error
  const counted = typeof problem?.fault_count === 'number' ? problem.fault_count : errors.length
  const count = counted === 1 ? 'One line' : `${countText(counted)} lines`
  const message =
    counted > 0 ? `${title}: ${count} cannot be stocked. The import was given up, and nothing of it stays behind.` : error.message
  return new RefusedError(code, message, { errors, errorsMore: counted - errors.length, requestId })
}

const refusals: ReadonlySet<string> = new Set(['import_invalid', 'code_already_stocked'])
