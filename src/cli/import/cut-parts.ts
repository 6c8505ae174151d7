import type { FileHandle } from 'node:fs/promises'
import { RefusedError } from '../failures.ts'
import { readFile, type FileFormat } from './read-file.ts'
import { isFault } from './read-line.ts'

/** A part is sent when it has reached this size: well below the 8 MiB the server takes, so that progress shows and little is sent twice. */
export const partBytes = 2 * 1024 * 1024

/** A piece of a file as it is sent: NDJSON. */
export interface Part {
  readonly body: Buffer
  readonly codes: number
}

/** The parts of a file after its first `skip` codes. The same file from the same place is always cut the same way. */
export async function * cutParts (file: FileHandle, format: FileFormat, skip: number): AsyncGenerator<Part, void, undefined> {
  let texts: string[] = []
  let bytes = 0
  let passed = 0
  for await (const { lines } of readFile(file, format)) {
    for (const line of lines) {
      if (isFault(line)) throw fileChanged()
      if (passed++ < skip) continue
      texts.push(line.json)
      bytes += Buffer.byteLength(line.json)
      if (bytes < partBytes) continue
      yield { body: Buffer.from(texts.join('')), codes: texts.length }
      texts = []
      bytes = 0
    }
  }
  if (texts.length > 0) yield { body: Buffer.from(texts.join('')), codes: texts.length }
}

/** The refusal of a file that is not the one that was checked. */
export function fileChanged (): RefusedError {
  return new RefusedError('file_changed', 'The file changed while it was read. Leave it alone and give the command again.')
}
