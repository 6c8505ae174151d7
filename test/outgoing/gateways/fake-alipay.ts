// Alipay's gateway.do as its documents tell it: form and query in, signed JSON out, RSA2 in both directions with real keys.
// Sources: opendocs.alipay.com, alipay.trade.page.pay, .query, .close, .refund, .fastpay.refund.query, and the asynchronous notification.
import { createSign, createVerify, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Test } from 'tap'
import { openFakeServer, type Answered, type Asked, type FakeServer } from './fake-server.ts'

export const alipayAppId = '2021000122671080'
export const alipaySellerId = '2088102146225135'

interface Trade { readonly total: string, readonly tradeNo: string, state: string, readonly refunds: Map<string, string> }

export interface FakeAlipay extends FakeServer {
  /** What an operator configures. */
  readonly config: Record<string, unknown>
  readonly trades: Map<string, Trade>
  /** What a refund answers, instead of being carried out. */
  refusal: string | null
  /** How often money moved back. */
  readonly moved: { count: number }
  /** The payer opens the address: its signature must hold, and the trade begins. */
  open (address: string): { readonly method: string, readonly content: Record<string, string>, readonly query: URLSearchParams }
  pay (paymentId: string): Trade
  /** A notification, signed: fields changed before signing, and after. */
  news (paymentId: string, before?: Record<string, string | undefined>, after?: Record<string, string | undefined>): Buffer
}

/** Opens Alipay on this machine. */
export async function openFakeAlipay (t: Test): Promise<FakeAlipay> {
  const app = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const trades = new Map<string, Trade>()
  const moved = { count: 0 }
  let numbers = 0

  const operations: Record<string, (content: Record<string, string>) => object> = {
    'alipay.trade.query' ({ out_trade_no: id }) {
      const trade = trades.get(id!)
      if (!trade) return refused('ACQ.TRADE_NOT_EXIST')
      return {
        ...ok,
        out_trade_no: id,
        trade_no: trade.tradeNo,
        trade_status: trade.state,
        total_amount: trade.total,
        buyer_logon_id: 'ali***@alipay.com',
        ...(isPaid(trade) && { send_pay_date: '2026-11-21 12:00:00', receipt_amount: trade.total })
      }
    },
    'alipay.trade.close' ({ out_trade_no: id }) {
      const trade = trades.get(id!)
      if (!trade) return refused('ACQ.TRADE_NOT_EXIST')
      if (trade.state !== 'WAIT_BUYER_PAY') return refused('ACQ.TRADE_STATUS_ERROR')
      trade.state = 'TRADE_CLOSED'
      return { ...ok, out_trade_no: id, trade_no: trade.tradeNo }
    },
    'alipay.trade.refund' ({ out_trade_no: id, refund_amount: amount, out_request_no: request }) {
      const trade = trades.get(id!)
      if (!trade) return refused('ACQ.TRADE_NOT_EXIST')
      if (fake.refusal) return refused(fake.refusal)
      const isNew = !trade.refunds.has(request!)
      if (isNew) {
        if (trade.refunds.size > 0) return refused('ACQ.REFUND_AMT_NOT_EQUAL_TOTAL')
        trade.refunds.set(request!, amount!)
        moved.count++
      }
      return { ...ok, out_trade_no: id, trade_no: trade.tradeNo, fund_change: isNew ? 'Y' : 'N', refund_fee: amount, buyer_user_id: '2088101117955611' }
    },
    'alipay.trade.fastpay.refund.query' ({ out_trade_no: id, out_request_no: request }) {
      const trade = trades.get(id!)
      if (!trade) return refused('ACQ.TRADE_NOT_EXIST')
      const amount = trade.refunds.get(request!)
      return amount === undefined ? ok : { ...ok, out_trade_no: id, out_request_no: request, refund_amount: amount, refund_status: 'REFUND_SUCCESS' }
    }
  }

  const server = await openFakeServer(t, ({ method, url, headers, body }: Asked): Answered => {
    const fields = new URLSearchParams(url.search)
    for (const [name, value] of new URLSearchParams(body)) fields.set(name, value)
    const key = `${fields.get('method')?.replaceAll('.', '_')}_response`
    const answer = method !== 'POST' || !headers['content-type']?.startsWith('application/x-www-form-urlencoded')
      ? refused('isv.invalid-parameter')
      : !holds(fields, app.publicKey)
          ? refused('isv.invalid-signature')
          : operations[fields.get('method')!]!(JSON.parse(fields.get('biz_content')!))
    const content = JSON.stringify(answer)
    const signature = createSign('RSA-SHA256').update(fake.mode === 'unsigned' ? content + ' ' : content).sign(platform.privateKey, 'base64')
    return { status: 200, body: `{"${key}":${content},"sign":"${signature}"}` }
  })
  const fake: FakeAlipay = Object.assign(server, {
    config: {
      app_id: alipayAppId,
      seller_id: alipaySellerId,
      private_key: app.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      alipay_public_key: (platform.publicKey.export({ type: 'spki', format: 'der' }) as Buffer).toString('base64'),
      base_url: `${server.url}/gateway.do`
    },
    trades,
    refusal: null,
    moved,
    open (address: string) {
      const query = new URL(address).searchParams
      if (!holds(query, app.publicKey)) throw new Error('the address is not signed')
      const content = JSON.parse(query.get('biz_content')!) as Record<string, string>
      const known = trades.get(content['out_trade_no']!)
      if (known && known.total !== content['total_amount']) throw new Error('the trade is of another amount')
      if (!known) {
        trades.set(content['out_trade_no']!, {
          total: content['total_amount']!, tradeNo: `20261121220011110000${String(++numbers).padStart(8, '0')}`, state: 'WAIT_BUYER_PAY', refunds: new Map()
        })
      }
      return { method: query.get('method')!, content, query }
    },
    pay (paymentId: string) {
      const trade = trades.get(paymentId)!
      trade.state = 'TRADE_SUCCESS'
      return trade
    },
    news (paymentId: string, before = {}, after = {}) {
      const { total, tradeNo, state } = trades.get(paymentId)!
      const told = {
        notify_time: '2026-11-21 12:00:05',
        notify_type: 'trade_status_sync',
        notify_id: '2026112100222120005047390500000000',
        app_id: alipayAppId,
        auth_app_id: alipayAppId,
        charset: 'utf-8',
        version: '1.0',
        trade_no: tradeNo,
        out_trade_no: paymentId,
        buyer_id: '2088101117955611',
        seller_id: alipaySellerId,
        trade_status: state,
        total_amount: total,
        receipt_amount: total,
        subject: '点券 100',
        gmt_create: '2026-11-21 11:59:50',
        gmt_payment: '2026-11-21 12:00:00',
        fund_bill_list: `[{"amount":"${total}","fundChannel":"ALIPAYACCOUNT"}]`,
        ...before
      }
      const fields = defined(told)
      const signature = createSign('RSA-SHA256').update(signedText(fields)).sign(platform.privateKey, 'base64')
      return Buffer.from(new URLSearchParams(defined({ ...fields, sign: signature, sign_type: 'RSA2', ...after })).toString())
    }
  })
  return fake
}

const ok = { code: '10000', msg: 'Success' }

function refused (subCode: string): object {
  return { code: '40004', msg: 'Business Failed', sub_code: subCode, sub_msg: '业务失败' }
}

function isPaid ({ state }: Trade): boolean {
  return state === 'TRADE_SUCCESS' || state === 'TRADE_FINISHED'
}

function signedText (fields: Readonly<Record<string, string>>): string {
  return Object.keys(fields).sort().map(name => `${name}=${fields[name]}`).join('&')
}

function defined (fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined))
}

/** Whether a request is signed by the app: over all but the signature itself. */
function holds (fields: URLSearchParams, key: KeyObject): boolean {
  const { sign = '', ...rest } = Object.fromEntries(fields)
  return rest['app_id'] === alipayAppId && rest['sign_type'] === 'RSA2' && rest['charset'] === 'utf-8' && rest['version'] === '1.0' &&
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(rest['timestamp'] ?? '') && createVerify('RSA-SHA256').update(signedText(rest)).verify(key, sign, 'base64')
}
