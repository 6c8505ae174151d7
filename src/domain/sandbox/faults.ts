// The sandbox: the test world's own levers, and what it makes go wrong. A World of the name `live` fits none of these functions.
import type { CallbackFault, OrderFault, SandboxFault } from '../../../schema/vocabulary.ts'
import type { Db } from '../../postgres/pool.ts'

/** As much of a world as says that it is the test world. */
export interface TestWorld {
  readonly name: 'test'
  readonly db: Db
}

export type FaultParameters = Readonly<Record<string, number | string>>

/** A fault as a call asks for it; `times` null strikes every time. */
export interface FaultWish<Fault extends SandboxFault = SandboxFault> {
  readonly fault: Fault
  readonly parameters: FaultParameters
  readonly times: number | null
}

/** A fault that strikes this call. */
export interface Strike<Fault extends SandboxFault = SandboxFault> extends Omit<FaultWish<Fault>, 'times'> {}

export type OrderStrike = Strike<OrderFault>
export type CallbackStrike = Strike<CallbackFault>

/** A parameter that is a number. */
export function numberOf ({ parameters }: Pick<Strike, 'parameters'>, name: string): number {
  return Number(parameters[name])
}
