// What is sent as a file: its bytes, whatever they come in. A signed body is hashed before it is sent, so it is held as a whole.

/** A text is sent in UTF-8; a Blob, such as a File, as it is. */
export type FileBody = string | Uint8Array | Blob

/** The bytes of a file. */
export async function fileBytes (file: FileBody): Promise<Uint8Array<ArrayBuffer>> {
  if (typeof file === 'string') return new TextEncoder().encode(file)
  if (file instanceof Uint8Array) return file as Uint8Array<ArrayBuffer>
  return new Uint8Array(await file.arrayBuffer())
}
