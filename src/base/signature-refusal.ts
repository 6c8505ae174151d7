import type { ProblemCode } from '../../schema/problems.ts'

/** Why a signed request is refused; each is the problem code the caller is told. */
export const signatureRefusalCodes = [
  'signature_missing', 'signature_malformed', 'signature_expired', 'signature_in_future', 'signature_insufficient', 'signature_invalid',
  'digest_missing', 'digest_malformed', 'digest_mismatch'
] as const satisfies readonly ProblemCode[]
export type SignatureRefusalCode = (typeof signatureRefusalCodes)[number]

/** Thrown by everything that reads a signature or a digest; the message is a sentence the caller may be shown. */
export class SignatureRefusal extends Error {
  readonly code: SignatureRefusalCode
  /** With `signature_insufficient`: every component that had to be covered and is not. */
  readonly uncovered: readonly string[]

  constructor (code: SignatureRefusalCode, detail: string, uncovered: readonly string[] = []) {
    super(detail)
    this.name = 'SignatureRefusal'
    this.code = code
    this.uncovered = uncovered
  }
}
