// WeChat Pay's API v3 as its documents tell it: JSON, RSA-SHA256 in both directions, notifications encrypted with AES-256-GCM.
// Sources: pay.weixin.qq.com/doc/v3/merchant: Native and H5 orders, query by out_trade_no, close, refunds, payment and refund notifications.
import { createCipheriv, createSign, createVerify, generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Test } from 'tap'
import { openFakeServer, type Answered, type Asked, type FakeServer } from './fake-server.ts'

export const mchid = '1900009191'
export const appid = 'wxd678efh567hg6787'.replace(/[g-z]/g, 'a').replace(/^aa/, 'wx')
export const platformSerial = '5157F09EFDC096DE15EBE81A47057A7232F1B8E1'
export const merchantSerial = '1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C'

interface Trade { readonly total: number, readonly currency: string, readonly transaction: string, readonly order: string, state: string, readonly refunds: Map<string, { status: string, amount: number }> }

/** What a notification is made of, each part of which may be another. */
export interface NewsWish {
  readonly trade?: Readonly<Record<string, unknown>>
  readonly eventType?: string
  readonly at?: number
  readonly serial?: string
  readonly associatedData?: string
  readonly nonce?: string
  readonly algorithm?: string
  readonly ciphertext?: (sealed: string) => string
  readonly key?: string
  readonly signature?: (signature: string) => string
  readonly bodyAfter?: (body: string) => string
}

export interface FakeWechatpay extends FakeServer {
  readonly config: Record<string, unknown>
  readonly trades: Map<string, Trade>
  readonly moved: { count: number }
  /** How a new refund stands, or the code it is refused with. */
  refundAnswer: { readonly status: string } | { readonly code: string }
  pay (paymentId: string): Trade
  news (paymentId: string, wish?: NewsWish): { readonly headers: Record<string, string>, readonly body: Buffer }
}

/** Opens WeChat Pay on this machine. */
export async function openFakeWechatpay (t: Test, clock: () => number = Date.now): Promise<FakeWechatpay> {
  const merchant = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const platform = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const apiV3Key = randomBytes(16).toString('hex')
  const trades = new Map<string, Trade>()
  const moved = { count: 0 }
  let numbers = 0

  const sign = (text: string) => createSign('RSA-SHA256').update(text).sign(platform.privateKey, 'base64')
  const signed = (status: number, content: object | null): Answered => {
    const body = content === null ? '' : JSON.stringify(content)
    const timestamp = String(Math.floor(clock() / 1000))
    const nonce = randomBytes(16).toString('hex')
    const signature = sign(`${timestamp}\n${nonce}\n${fake.mode === 'unsigned' ? body + ' ' : body}\n`)
    return {
      status,
      body,
      headers: {
        'wechatpay-timestamp': timestamp,
        'wechatpay-nonce': nonce,
        'wechatpay-signature': signature,
        'wechatpay-serial': platformSerial,
        'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048'
      }
    }
  }
  const refused = (status: number, code: string) => signed(status, { code, message: '失败' })

  const order = (content: any, path: string): Answered => {
    const known = trades.get(content.out_trade_no)
    if (content.mchid !== mchid || content.appid !== appid) return refused(400, 'APPID_MCHID_NOT_MATCH')
    if (!/^[\w|*-]{6,32}$/.test(content.out_trade_no) || Buffer.byteLength(content.description) > 127) return refused(400, 'PARAM_ERROR')
    if (!Number.isInteger(content.amount.total) || content.amount.total < 1) return refused(400, 'PARAM_ERROR')
    const same = JSON.stringify(content) + path
    if (known && known.order !== same) return refused(400, 'INVALID_REQUEST')
    if (!known) {
      trades.set(content.out_trade_no, {
        total: content.amount.total,
        currency: content.amount.currency,
        transaction: `420000000020261121${String(++numbers).padStart(10, '0')}`,
        order: same,
        state: 'NOTPAY',
        refunds: new Map()
      })
    }
    return path === '/v3/pay/transactions/native'
      ? signed(200, { code_url: `weixin://wxpay/bizpayurl?pr=${content.out_trade_no}` })
      : signed(200, { h5_url: `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=wx${content.out_trade_no}&package=1` })
  }

  const tradeView = (id: string, { total, currency, transaction, state }: Trade) => ({
    amount: { currency, payer_currency: currency, payer_total: total, total },
    appid,
    mchid,
    out_trade_no: id,
    trade_state: state,
    trade_state_desc: state,
    ...(state === 'SUCCESS' && {
      transaction_id: transaction, trade_type: 'NATIVE', bank_type: 'OTHERS', success_time: '2026-11-21T12:00:00+08:00', payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }
    })
  })
  const refundView = (id: string, { status, amount }: { status: string, amount: number }) => ({
    refund_id: `5030000${id.slice(-8)}`, out_refund_no: id, status, amount: { refund: amount, total: amount, currency: 'CNY' }
  })

  const answer = ({ method, url, body }: Asked): Answered => {
    const path = url.pathname
    const content = body === '' ? {} : JSON.parse(body)
    const trade = /^\/v3\/pay\/transactions\/out-trade-no\/([\w-]+)(\/close)?$/.exec(path)
    if (method === 'POST' && /^\/v3\/pay\/transactions\/(native|h5)$/.test(path)) return order(content, path)
    if (trade) {
      const known = trades.get(trade[1]!)
      if (!known) return refused(404, 'ORDER_NOT_EXIST')
      if (!trade[2]) return url.searchParams.get('mchid') === mchid ? signed(200, tradeView(trade[1]!, known)) : refused(400, 'PARAM_ERROR')
      if (known.state === 'SUCCESS') return refused(400, 'ORDERPAID')
      known.state = 'CLOSED'
      return signed(204, null)
    }
    if (path === '/v3/refund/domestic/refunds') {
      const [id, known] = [...trades].find(([, { transaction }]) => transaction === content.transaction_id) ?? []
      if (!known || id === undefined) return refused(404, 'RESOURCE_NOT_EXISTS')
      const earlier = known.refunds.get(content.out_refund_no)
      if (earlier) return signed(200, refundView(content.out_refund_no, earlier))
      if (content.amount.total !== known.total || known.refunds.size > 0) return refused(400, 'INVALID_REQUEST')
      if ('code' in fake.refundAnswer) return refused(403, fake.refundAnswer.code)
      const refund = { status: fake.refundAnswer.status, amount: content.amount.refund }
      known.refunds.set(content.out_refund_no, refund)
      moved.count++
      return signed(200, refundView(content.out_refund_no, refund))
    }
    const refundId = /^\/v3\/refund\/domestic\/refunds\/([\w-]+)$/.exec(path)?.[1]
    for (const { refunds } of trades.values()) {
      const refund = refunds.get(refundId ?? '')
      if (refund) return signed(200, refundView(refundId!, refund))
    }
    return refused(404, 'RESOURCE_NOT_EXISTS')
  }

  const isSigned = ({ method, url, headers, body }: Asked): boolean => {
    const found = /^WECHATPAY2-SHA256-RSA2048 (.*)$/.exec(headers.authorization ?? '')
    const told = Object.fromEntries([...(found?.[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))
    const text = `${method}\n${url.pathname}${url.search}\n${told['timestamp']}\n${told['nonce_str']}\n${body}\n`
    return told['mchid'] === mchid && told['serial_no'] === merchantSerial && headers['user-agent'] !== undefined &&
      createVerify('RSA-SHA256').update(text).verify(merchant.publicKey, told['signature'] ?? '', 'base64')
  }

  const server = await openFakeServer(t, asked => isSigned(asked) ? answer(asked) : refused(401, 'SIGN_ERROR'))
  const fake: FakeWechatpay = Object.assign(server, {
    config: {
      mchid,
      appid,
      serial: merchantSerial,
      private_key: merchant.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
      api_v3_key: apiV3Key,
      platform_keys: { [platformSerial]: platform.publicKey.export({ type: 'spki', format: 'pem' }) as string },
      base_url: server.url
    },
    trades,
    moved,
    refundAnswer: { status: 'SUCCESS' },
    pay (paymentId: string) {
      const trade = trades.get(paymentId)!
      trade.state = 'SUCCESS'
      return trade
    },
    news (paymentId: string, wish: NewsWish = {}) {
      const nonce = wish.nonce ?? randomBytes(6).toString('hex')
      const cipher = createCipheriv('aes-256-gcm', wish.key ?? apiV3Key, nonce).setAAD(Buffer.from('transaction'))
      const plain = JSON.stringify({ ...tradeView(paymentId, trades.get(paymentId)!), attach: '', ...wish.trade })
      const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64')
      const body = JSON.stringify({
        id: 'EV-2026112112000000001',
        create_time: '2026-11-21T12:00:01+08:00',
        resource_type: 'encrypt-resource',
        event_type: wish.eventType ?? 'TRANSACTION.SUCCESS',
        summary: '支付成功',
        resource: {
          original_type: 'transaction',
          algorithm: wish.algorithm ?? 'AEAD_AES_256_GCM',
          ciphertext: wish.ciphertext?.(sealed) ?? sealed,
          associated_data: wish.associatedData ?? 'transaction',
          nonce
        }
      })
      const timestamp = String(Math.floor((wish.at ?? clock()) / 1000))
      const stamp = randomBytes(16).toString('hex')
      const signature = sign(`${timestamp}\n${stamp}\n${body}\n`)
      return {
        headers: {
          'content-type': 'application/json',
          'wechatpay-timestamp': timestamp,
          'wechatpay-nonce': stamp,
          'wechatpay-serial': wish.serial ?? platformSerial,
          'wechatpay-signature': wish.signature?.(signature) ?? signature
        },
        body: Buffer.from(wish.bodyAfter?.(body) ?? body)
      }
    }
  } satisfies Omit<FakeWechatpay, keyof FakeServer>)
  return fake
}
