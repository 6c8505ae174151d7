// Reading what was typed, each with the sentence that helps.
import { InvalidArgumentError } from 'commander'
import { currencyCodes, type Currency } from '../../schema/vocabulary.ts'
import { UsageError } from './failures.ts'

/** A whole number above zero. */
export function positiveInteger (text: string): number {
  const number = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1) throw new InvalidArgumentError('It is a whole number above zero.')
  return number
}

/** A whole number, zero included. */
export function wholeNumber (text: string): number {
  return text === '0' ? 0 : positiveInteger(text)
}

/** An amount of money in major units, up to four decimals. */
export function amount (text: string): string {
  if (!/^-?(0|[1-9]\d{0,11})(\.\d{1,4})?$/.test(text)) {
    throw new InvalidArgumentError('An amount is a plain number like 98.25: at most four decimals, no currency sign, no comma.')
  }
  return text
}

/** A currency's code, in upper or lower case. */
export function currency (text: string): Currency {
  const code = text.toUpperCase() as Currency
  if (!currencyCodes.includes(code)) throw new InvalidArgumentError(`The currencies are ${currencyCodes.join(', ')}.`)
  return code
}

/** Words divided by commas. */
export function words (text: string): string[] {
  return text.split(',').map(word => word.trim()).filter(word => word !== '')
}

/** Collects an option that may be given several times. */
export function repeated (text: string, before: readonly string[] | undefined): string[] {
  return [...before ?? [], text]
}

/** `name=value` in two; the option is named when there is no equals sign. */
export function pair (text: string, option: string, example: string): readonly [string, string] {
  // Names of resellers may have an equals sign of their own; values have none.
  const at = text.lastIndexOf('=')
  if (at < 1 || at === text.length - 1) throw new UsageError(`${option} ${text} cannot be read: write it like ${option} ${example}.`)
  return [text.slice(0, at), text.slice(at + 1)]
}

/** Calls a reader of an argument outside of commander, which would have named the option itself. */
export function readOf<Value> (read: (text: string) => Value, text: string, place: string): Value {
  try {
    return read(text)
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw new UsageError(`${place}: ${JSON.stringify(text)} cannot be read. ${error.message}`)
    throw error
  }
}
