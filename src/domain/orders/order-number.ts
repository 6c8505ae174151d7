// Beside its id an order has a plain number below 2⁵³, for shops that need integers. The number is the front of the id: the
// 48 bits of milliseconds and the 12 bits after them of a UUIDv7 (RFC 9562 §5.7, §6.2 method 1), counted from 2026. It
// rises with every order of a reseller and counts nothing: it is made of time and chance.
import { newId, type Uuid } from '../../base/ids.ts'

const epochMs = Date.UTC(2026, 0, 1)
const numbersPerMs = 4_096
const stepMax = 64

/** The number of a reseller's next order after the last one; it stays below 2⁵³ until the year 2095. */
export function nextOrderNumber (last: number, nowMs: number): number {
  const chance = Math.random()
  return Math.max((nowMs - epochMs) * numbersPerMs + Math.floor(chance * numbersPerMs), last + 1 + Math.floor(chance * stepMax))
}

/** A new id that begins with the number; the rest is chance. */
export function orderIdOf (number: number): Uuid {
  return frontOf(number) + newId().slice(18)
}

/** The number in an id. */
export function orderNumberOf (id: Uuid): number {
  return (parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - epochMs) * numbersPerMs + parseInt(id.slice(15, 18), 16)
}

/** The first and the last id that have the number. */
export function idsOfNumber (number: number): readonly [Uuid, Uuid] {
  return [frontOf(number) + '-0000-000000000000', frontOf(number) + '-ffff-ffffffffffff']
}

/** `tttttttt-tttt-7nnn`, where an id begins with its number. */
function frontOf (number: number): string {
  const ms = (Math.floor(number / numbersPerMs) + epochMs).toString(16).padStart(12, '0')
  const rest = (number % numbersPerMs).toString(16).padStart(3, '0')
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${rest}`
}
