import { readFileSync } from 'node:fs'

/** A request and its signature, as a program of others made it (test/vectors). */
export interface SigningVector {
  readonly method: string
  readonly target: string
  readonly body: string | null
  readonly secret: string
  readonly content_digest: string | null
  readonly signature_input: string
  readonly signature_base: string
  readonly signature: string
}

/** The independent vectors of signatures. */
export const { vectors } = JSON.parse(readFileSync(new URL('../vectors/signing.json', import.meta.url), 'utf8')) as {
  readonly vectors: readonly SigningVector[]
}

/** The one that docs/signing.md shows. */
export const shownVector = vectors.find(({ signature_input: input }) => input.includes('"n-0004"'))!
