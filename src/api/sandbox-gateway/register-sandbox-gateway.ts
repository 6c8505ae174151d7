// The sandbox gateway's own server: what its merchant asks of it, signed, and the page on which buyers pay.
import { Type, type Static, type TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { referenceLengthMax, urlLengthMax } from '../../../schema/rest/common.ts'
import { buyerLanguages, currencyCodes, worlds as worldNames, type World as WorldName } from '../../../schema/vocabulary.ts'
import { parseJsonStrictly } from '../../base/json.ts'
import { parseAmount, roundToMinor, type Amount } from '../../base/money.ts'
import { Problem } from '../../base/problem.ts'
import {
  sandboxHeaders, sandboxMessageHolds, sandboxSignatureHeader, type SandboxPaymentAnswer, type SandboxRefundAnswer, type SandboxStanding
} from '../../base/sandbox-wire.ts'
import { actOnPayment, lateSecondsMax, sandboxActions } from '../../domain/sandbox-gateway/act-on-payment.ts'
import { receiptView } from '../../domain/sandbox-gateway/append-notices.ts'
import { closeSandboxPayment } from '../../domain/sandbox-gateway/close-payment.ts'
import { createSandboxPayment } from '../../domain/sandbox-gateway/create-payment.ts'
import type { SandboxGateway } from '../../domain/sandbox-gateway/open-sandbox-gateway.ts'
import type { SandboxPayment } from '../../domain/sandbox-gateway/payment.ts'
import { readSandboxPayment } from '../../domain/sandbox-gateway/read-payment.ts'
import { isRefunded, refundSandboxPayment } from '../../domain/sandbox-gateway/refund-payment.ts'
import type { World } from '../../domain/world.ts'
import { transact } from '../../postgres/transact.ts'
import type { App, Worlds } from '../app-types.ts'
import { takeForms, type Form } from '../buying/read-form.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { openPayPages } from './pay-page.ts'

const root = '/sandbox-gateway'
const hidden = { schema: { hide: true } as never }

/** The server of the sandbox gateway, in the worlds that have it; in others nothing of it is there. */
export async function registerSandboxGateway (app: App, worlds: Worlds): Promise<void> {
  const gatewayOf = (name: string): GatewayWorld => {
    const world = worldNames.some(known => known === name) ? worlds[name as WorldName] : undefined
    if (!world?.sandboxGateway) throw new Problem('not_found', 'There is no sandbox gateway here.')
    return { world, gateway: world.sandboxGateway }
  }
  await app.register(async scope => merchantRoutes(scope, gatewayOf))
  await app.register(async scope => payPageRoutes(scope, gatewayOf))
}

interface GatewayWorld { readonly world: World, readonly gateway: SandboxGateway }
type GatewayOf = (name: string) => GatewayWorld

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const closed = { additionalProperties: false }
const Name = Type.String({ pattern: `^[!-~]{1,${referenceLengthMax}}$` })
const subjectLengthMax = 200
const refundReasonLengthMax = 500

const PaymentRequest = Type.Object({
  merchant_payment: Name,
  amount: text(20),
  currency: Type.Unsafe<SandboxPayment['currency']>({ enum: currencyCodes }),
  subject: text(subjectLengthMax),
  notify_url: Type.String({ pattern: '^https?://[!-~]+$', maxLength: urlLengthMax }),
  return_url: Type.String({ pattern: '^https?://[!-~]+$', maxLength: urlLengthMax }),
  expires_at: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,6})?Z$' }),
  language: Type.Unsafe<SandboxPayment['language']>({ enum: buyerLanguages })
}, closed)

const RefundRequest = Type.Object({
  merchant_refund: Name,
  transaction: Name,
  amount: text(20),
  currency: Type.Unsafe<SandboxPayment['currency']>({ enum: currencyCodes }),
  reason: Type.String({ maxLength: refundReasonLengthMax })
}, closed)

/** What the merchant asks: JSON, signed in both directions. */
function merchantRoutes (app: App, gatewayOf: GatewayOf): void {
  const readPaymentRequest = readerOf(PaymentRequest)
  const readRefundRequest = readerOf(RefundRequest)
  type Answer = SandboxPaymentAnswer | SandboxStanding | SandboxRefundAnswer
  type Params = { world: string, id: string, refund: string }
  const route = (method: 'GET' | 'POST', path: string, answer: (world: World, params: Params, body: Buffer) => Promise<Answer>) => {
    app.route<{ Params: Params }>({
      method,
      url: `${root}/:world${path}`,
      ...hidden,
      handler: async (request, reply) => {
        const { world, gateway } = gatewayOf(request.params.world)
        const body = (request.body as Buffer | undefined) ?? Buffer.alloc(0)
        refuseUnsigned(gateway, request, body)
        return await answerSigned(gateway, request, reply, () => answer(world, request.params, body))
      }
    })
  }

  route('POST', '/payments', async (world, _params, body) => {
    const asked = readPaymentRequest(body)
    const id = await transact(world.db, tx => createSandboxPayment(tx, {
      merchantPayment: asked.merchant_payment,
      amount: amountOf(asked),
      currency: asked.currency,
      subject: asked.subject,
      notifyUrl: asked.notify_url,
      returnUrl: asked.return_url,
      language: asked.language,
      expiresAt: timeOf(asked.expires_at)
    }))
    return { id, address: `${root}/${world.name}/payments/${id}`, pay_page: `${root}/${world.name}/pay/${id}` }
  })
  route('GET', '/payments/:id', async (world, { id }) => standingOf(await readSandboxPayment(world.db, id)))
  route('POST', '/payments/:id/close', async (world, { id }) => standingOf(await transact(world.db, tx => closeSandboxPayment(tx, id))))
  route('POST', '/payments/:id/refunds', async (world, { id }, body) => {
    const { merchant_refund: merchantRefund, transaction, currency, reason, ...asked } = readRefundRequest(body)
    const amount = amountOf({ currency, ...asked })
    await transact(world.db, tx => refundSandboxPayment(tx, id, { merchantRefund, transaction, currency, amount, reason }))
    return { merchant_refund: merchantRefund, state: 'succeeded' }
  })
  route('GET', '/payments/:id/refunds/:refund', async (world, { id, refund }) => {
    if (!await isRefunded(world.db, id, refund)) throw new Problem('not_found', 'There is no such refund.')
    return { merchant_refund: refund, state: 'succeeded' }
  })
}

/** The page, and what its buttons do. Whoever knows the address of the page may press them: tests and benches do. */
function payPageRoutes (app: App, gatewayOf: GatewayOf): void {
  takeForms(app)
  const pages = openPayPages()
  type Route = { Params: { world: string, id: string }, Querystring: { lang?: string } }

  app.get<Route>(`${root}/:world/pay/:id`, hidden, async (request, reply) => {
    const { world } = gatewayOf(request.params.world)
    return showPage(request, reply, await readSandboxPayment(world.db, request.params.id))
  })

  app.post<Route>(`${root}/:world/pay/:id`, hidden, async (request, reply) => {
    const { world } = gatewayOf(request.params.world)
    const { id } = request.params
    const { action: name, seconds } = (request.body ?? {}) as Form
    const action = sandboxActions.find(known => known === name)
    if (action === undefined) throw new Problem('invalid_request', `action is one of ${sandboxActions.join(', ')}.`)
    const lateSeconds = action === 'late' ? readSeconds(seconds) : undefined
    try {
      const { returnUrl } = await transact(world.db, tx => actOnPayment(tx, id, action, lateSeconds))
      return reply.header('cache-control', 'no-store').redirect(returnUrl, 303)
    } catch (error) {
      if (!(error instanceof Problem && error.code === 'checkout_ended')) throw error
      return showPage(request, reply.code(409), await readSandboxPayment(world.db, id))
    }
  })

  function showPage (request: FastifyRequest<Route>, reply: FastifyReply, payment: SandboxPayment | undefined): FastifyReply {
    if (payment === undefined) throw new Problem('not_found', 'There is no such payment.')
    const language = buyerLanguages.find(known => known === request.query.lang) ?? payment.language
    return reply.headers(pageHeaders(pages.policy)).header('cache-control', 'no-store').send(pages.print(payment, language))
  }
}

function readSeconds (text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const seconds = Number(text)
  if (/^\d{1,7}$/.test(text) && seconds <= lateSecondsMax) return seconds
  throw new Problem('invalid_request', `seconds is a whole number from 0 to ${lateSecondsMax}.`)
}

function refuseUnsigned ({ secret }: SandboxGateway, request: FastifyRequest, body: Buffer): void {
  const about = `${request.method} ${request.raw.url!}`
  // The gateway stands for another's machine: its clock is the machine's own.
  if (sandboxMessageHolds(secret, { kind: 'request', about, body }, request.headers, Date.now())) return
  throw new Problem('signature_invalid', 'The sandbox gateway takes what its merchant has signed, in the last five minutes.')
}

/** Answers, refusals too, with the gateway's signature. */
async function answerSigned (
  { secret }: SandboxGateway, request: FastifyRequest, reply: FastifyReply, answer: () => Promise<object>
): Promise<FastifyReply> {
  const { status, said } = await answer().then(said => ({ status: 200, said }), refusalOf)
  const body = JSON.stringify(said)
  const about = request.headers[sandboxSignatureHeader] as string
  const headers = sandboxHeaders(secret, { kind: 'answer', about, timestamp: Math.floor(Date.now() / 1_000), body })
  reply.code(status).headers({ ...headers, 'cache-control': 'no-store' }).type('application/json')
  return reply.serializer((text: unknown) => text as string).send(body)
}

/** A refusal as the gateway tells it; what is no refusal is a fault of ours, and is told as such. */
function refusalOf (error: unknown): { status: number, said: object } {
  if (!(error instanceof Problem)) throw error
  if (error.code === 'not_found') return { status: 404, said: { error: 'not_found', message: error.detail } }
  return { status: 409, said: { error: 'refused', message: error.detail } }
}

function readerOf<Schema extends TSchema> (schema: Schema): (body: Buffer) => Static<Schema> {
  const validate = new Ajv({ strict: false }).compile<Static<Schema>>(schema)
  return body => {
    const read: unknown = body.length > 0 ? parseJsonStrictly(body) : undefined
    if (!validate(read)) throw new Problem('invalid_request', 'The request does not fit what the sandbox gateway takes.')
    return read
  }
}

function standingOf (payment: SandboxPayment | undefined): SandboxStanding {
  if (payment === undefined) throw new Problem('not_found', 'There is no such payment.')
  const { merchantPayment, state, receipts } = payment
  return { merchant_payment: merchantPayment, state, receipts: receipts.filter(({ came }) => came).map(receiptView) }
}

function amountOf ({ amount: written, currency }: { readonly amount: string, readonly currency: SandboxPayment['currency'] }): Amount {
  const amount = parseAmount(written)
  if (amount === undefined || amount <= 0n || roundToMinor(amount, currency) !== amount) {
    throw new Problem('invalid_request', 'The amount is above zero, with no more decimals than its currency has.')
  }
  return amount
}

function timeOf (written: string): Date {
  const time = new Date(written)
  if (Number.isNaN(time.getTime())) throw new Problem('invalid_request', 'expires_at is no time.')
  return time
}
