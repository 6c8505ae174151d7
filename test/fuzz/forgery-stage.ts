// Who is forged, and at whose door: a house with two API processes of the product behind a proxy that names addresses, a buyer with keys
// of both algorithms, another buyer, an operator; and the ledger of what was asked for truly, which the database must equal in the end.
import { generateKeyPairSync } from 'node:crypto'
import type { Test } from 'tap'
import { resellerScopes } from '../../schema/vocabulary.ts'
import type { SigningKey } from '../../src/base/signature.ts'
import { startApi, type ApiProcess } from '../support/api-process.ts'
import { openHouse, type House, type Reseller } from '../support/house.ts'
import { proveHouse } from '../support/prove-house.ts'
import type { FuzzContext } from './run-type.ts'
import { withFields, type Call } from './forgery-wire.ts'

const stockOfSku = 100_000

export interface Stage {
  readonly house: House
  readonly sku: string
  readonly buyer: Reseller
  readonly stranger: Reseller
  readonly keys: Readonly<Record<'hmac' | 'ed25519' | 'stranger' | 'operator', SigningKey>>
  /** The addresses of the API processes; the second may be another after `restart`. */
  readonly urls: readonly [string, string]
  /** Where the first of them shows its metrics. */
  readonly metricsUrl: string
  /** Ends the second API process and starts another in its place. */
  restart (): Promise<void>
  /** References of orders and of deposits that a true request asked for and was given. */
  readonly ordered: Set<string>
  readonly deposited: Set<string>
  /** What the database holds beyond the ledger, or lacks; empty when it is exactly what was truly asked for, and the books hold. */
  faults (): Promise<string[]>
}

/** Opens the stage; it is cleared when the run ends. */
export async function openStage ({ ending }: FuzzContext): Promise<Stage> {
  const t: Pick<Test, 'teardown'> = { teardown: end => { ending.add(end as () => unknown) } }
  const house = await openHouse(t, { sandboxGateway: 'both worlds' })
  const start = () => startApi(t, house.databaseUrl, house.masterKey, { TRUST_PROXY: '127.0.0.1', SANDBOX_GATEWAY: '1' })
  const apis: [ApiProcess, ApiProcess] = [await start(), await start()]
  const [buyer, stranger] = [await house.reseller({ balance: '9000000' }), await house.reseller()]
  const sku = await house.sku({ price: '10', codes: stockOfSku })
  const ordered = new Set<string>()
  const deposited = new Set<string>()
  return {
    house,
    sku,
    buyer,
    stranger,
    keys: {
      hmac: hmacOf(buyer),
      ed25519: await ed25519Of(house, buyer),
      stranger: hmacOf(stranger),
      operator: hmacOf(house.operators.live)
    },
    get urls () { return [apis[0].url, apis[1].url] as const },
    metricsUrl: apis[0].metricsUrl,
    async restart () {
      await apis[1].stop()
      apis[1] = await start()
    },
    ordered,
    deposited,
    async faults () {
      const orders = await house.db<{ reference: string, lines: string }[]>`
        select reference, string_agg(order_lines.sku_id || ' ' || order_lines.quantity, ', ') as lines
        from orders join order_lines on order_lines.order_id = orders.id
        group by orders.id, reference`
      const deposits = await house.db<{ reference: string }[]>`
        select reference from reference_claims where resource = 'deposit' and reference not like 'reseller %'`
      return [
        ...differences('order', ordered, orders.map(({ reference }) => reference)),
        ...differences('deposit', deposited, deposits.map(({ reference }) => reference)),
        ...orders.filter(({ lines }) => !lines.endsWith(' 1')).map(({ reference, lines }) => `the order ${reference} is of ${lines}`),
        ...await proveHouse(house.db, 'live')
      ]
    }
  }
}

/** An address of its own for each request, as the proxy names it: an address that guesses often has to wait. */
export function fromAddress (call: Call, n: number): Call {
  return withFields(call, { 'x-forwarded-for': `10.${100 + (n >> 14) % 100}.${100 + (n >> 7) % 128}.${100 + n % 128}` })
}

function hmacOf ({ credentials }: Pick<Reseller, 'credentials'>): SigningKey {
  return { id: credentials.keyId, algorithm: 'hmac-sha256', secret: credentials.secret! }
}

async function ed25519Of (house: House, buyer: Reseller): Promise<SigningKey> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const { kty, crv, x } = publicKey.export({ format: 'jwk' }) as { kty: 'OKP', crv: 'Ed25519', x: string }
  const { id } = await house.operator.resellerKeys.create(buyer.id, {
    reference: 'ed25519',
    name: 'ed25519',
    algorithm: 'ed25519',
    scopes: [...resellerScopes],
    public_key: { kty, crv, x },
    requests_per_minute: 10_000_000
  })
  return { id, algorithm: 'ed25519', privateKey }
}

function differences (what: string, wanted: ReadonlySet<string>, found: readonly string[]): string[] {
  const unasked = found.filter(reference => !wanted.has(reference)).map(reference => `nobody truly asked for the ${what} ${reference}`)
  const lacking = [...wanted].filter(reference => !found.includes(reference))
    .map(reference => `the ${what} ${reference} was acknowledged and is not there`)
  return [...unasked, ...lacking]
}
