import { SignatureRefusal } from '../../src/base/signature-refusal.ts'

/** A refusal in short: its code and its sentence; what is not refused is a failure. */
export function refused (act: () => unknown): readonly [string, string] {
  try {
    act()
  } catch (error) {
    if (error instanceof SignatureRefusal) return [error.code, error.message]
    throw error
  }
  throw new Error('nothing was refused')
}
