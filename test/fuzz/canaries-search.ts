// Looking for texts that must not be there, in every form in which they could stand: one search, for files, answers, logs and rows.
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Files are read so many bytes at a time, each time with the end of what was read before. */
const readBytes = 1024 * 1024
const overlapBytes = 4_096

export interface Place {
  readonly place: string
  /** The bytes there; of a file in pieces, each with the end of the one before. */
  readonly bytes: AsyncIterable<Buffer> | Iterable<Buffer>
}

export interface Searched {
  /** Which text stands where, in which form. */
  readonly found: readonly string[]
  readonly bytes: number
  readonly places: number
}

/** The forms in which a text is looked for, by name. Of base64 the three alignments, without the ends that neighbours change. */
export function formsOf (text: string): ReadonlyMap<string, Buffer> {
  const plain = Buffer.from(text)
  const utf16 = Buffer.from(text, 'utf16le')
  const hex = plain.toString('hex')
  const reversed = [...text].reverse().join('')
  const forms: [string, string | Buffer][] = [
    ['plain', plain],
    ['in small letters', text.toLowerCase()],
    ['in capitals', text.toUpperCase()],
    ['hex', hex],
    ['hex in capitals', hex.toUpperCase()],
    ['reversed', reversed],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['URL-encoded', encodeURIComponent(text)],
    ['URL-encoded throughout', hex.toUpperCase().replace(/../g, '%$&')],
    ['JSON-escaped', JSON.stringify(text).slice(1, -1)],
    ['JSON-escaped slashes', JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
    ['JSON-escaped throughout', [...text].map(letter => '\\u' + letter.charCodeAt(0).toString(16).padStart(4, '0')).join('')],
    ...[0, 1, 2].flatMap((shift): [string, string][] => {
      const coded = Buffer.concat([Buffer.alloc(shift), plain]).toString('base64').replaceAll('=', '')
      const core = coded.slice(shift === 0 ? 0 : 4, -4)
      return [[`base64, ${shift} bytes in`, core], [`base64url, ${shift} bytes in`, core.replaceAll('+', '-').replaceAll('/', '_')]]
    })
  ]
  const distinct = new Map(forms.map(([name, form]) => [Buffer.from(form).toString('latin1'), name]).reverse() as [string, string][])
  return new Map([...distinct].map(([form, name]) => [name, Buffer.from(form, 'latin1')]))
}

/** Looks for texts in places. */
export async function search (texts: Iterable<string>, places: AsyncIterable<Place> | Iterable<Place>): Promise<Searched> {
  const wanted = [...texts].map(text => ({ text, forms: [...formsOf(text)] }))
  const found = new Set<string>()
  let [bytes, count] = [0, 0]
  for await (const { place, bytes: pieces } of places) {
    count++
    for await (const piece of pieces) {
      bytes += piece.length
      if (isEmpty(piece)) continue
      for (const { text, forms } of wanted) {
        for (const [form, needle] of forms) if (piece.includes(needle)) found.add(`${text} stands in ${place} (${form})`)
      }
    }
  }
  return { found: [...found], bytes, places: count }
}

/** Files of a database are zeros in great part: what is yet to be written. */
function isEmpty (piece: Buffer): boolean {
  return piece.length <= zeros.length && zeros.compare(piece, 0, piece.length, 0, piece.length) === 0
}

const zeros = Buffer.alloc(readBytes + overlapBytes)

/** A text as a place. */
export function placeOf (place: string, text: string | Buffer): Place {
  return { place, bytes: [Buffer.from(text as string)] }
}

/** All files below a folder; one that goes meanwhile, as temporary files do, is passed over. */
export async function * filesIn (folder: string): AsyncGenerator<Place> {
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile()) yield { place: path, bytes: readPieces(path) }
  }
}

async function * readPieces (path: string): AsyncGenerator<Buffer> {
  let end: Buffer = Buffer.alloc(0)
  try {
    for await (const piece of createReadStream(path, { highWaterMark: readBytes }) as AsyncIterable<Buffer>) {
      yield Buffer.concat([end, piece])
      end = piece.subarray(-overlapBytes)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
