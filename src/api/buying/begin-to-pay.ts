// From a payment that was kept to the address at which the buyer pays it.
import type { FastifyRequest } from 'fastify'
import type { ProblemCode } from '../../../schema/problems.ts'
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import { showId, type Uuid } from '../../base/ids.ts'
import { Problem } from '../../base/problem.ts'
import type { Payment } from '../../domain/payments/payment.ts'
import type { World } from '../../domain/world.ts'
import { beginPayment } from '../payments/begin-payment.ts'

/** Where a gateway sends the buyer of a checkout back to. */
export function returnPath (checkoutId: Uuid): string {
  return `/back/${showId('checkout', checkoutId)}`
}

/** The same with the server's own address before it. */
export function returnAddress (origin: string, checkoutId: Uuid): string {
  return origin + returnPath(checkoutId)
}

/**
 * Asks the gateway, and gives the address to send the buyer to; undefined when the receipt shows how to pay (a QR code). Refuses as
 * beginPayment does.
 */
export async function beginToPay (
  world: World, request: FastifyRequest, payment: Payment, subject: string, language: BuyerLanguage
): Promise<string | undefined> {
  const client = phonePattern.test(request.headers['user-agent'] ?? '') ? 'phone' : 'desktop'
  const action = await beginPayment(world, request.server.origin(), payment, { client, ip: request.ip, language, subject })
  return action.kind === 'redirect' ? action.url : undefined
}

/** The same at the start of a purchase: when the gateway does not do it, the receipt lets the buyer try again or another. */
export async function tryToPay (...to: Parameters<typeof beginToPay>): Promise<string | undefined> {
  try {
    return await beginToPay(...to)
  } catch (error) {
    if (error instanceof Problem && toldByReceipt.includes(error.code)) return undefined
    throw error
  }
}

const toldByReceipt: readonly ProblemCode[] = ['gateway_unavailable', 'gateway_refused', 'checkout_ended']
const phonePattern = /Mobi|Android|iPhone|iPad|HarmonyOS/i
