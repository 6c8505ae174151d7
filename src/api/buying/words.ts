// Everything the buyers' pages say, in both languages.
import type { ProblemCode } from '../../../schema/problems.ts'
import type { BuyerLanguage, CheckoutState, LinkState, ReturnReason } from '../../../schema/vocabulary.ts'
import type { LeftStep } from './left.ts'

interface Words {
  readonly languageName: string
  readonly skip: string
  readonly soldBy: (seller: string) => string
  readonly testWorld: string
  readonly states: Readonly<Record<LinkState, string>>
  readonly left: Readonly<Record<LeftStep, string>>
  readonly startsIn: string
  readonly endsIn: string
  readonly startsAt: (time: string) => string
  readonly endsAt: (time: string) => string
  readonly about: (minutes: number) => string
  readonly zone: string
  readonly choose: string
  readonly only: string
  readonly quantity: string
  readonly fewer: string
  readonly more: string
  readonly limit: (pieces: number) => string
  readonly bounds: (min: number, step: number) => string
  readonly contact: string
  readonly contactHint: string
  readonly contactExample: string
  readonly pay: string
  readonly noGateway: string
  readonly total: string
  readonly buy: string
  readonly buying: string
  readonly afterwards: readonly [string, string, string]
  readonly afterwardsTitle: string
  readonly notNow: Readonly<Record<Exclude<LinkState, 'active'>, { readonly title: string, readonly text: string }>>
  readonly othersPaying: string
  readonly reload: string
  readonly honeypot: string
  readonly checking: string
  readonly challengeNoScript: string
  readonly challengeFailed: string
  readonly priceNow: (before: string, now: string) => string
  readonly tellsRefusals: Readonly<Partial<Record<ProblemCode, string>>>
  readonly refusedTitle: string
  readonly unknownTitle: string
  readonly unknownText: string
  readonly busyTitle: string
  readonly busyText: (seconds: number) => string
  readonly brokenTitle: string
  readonly brokenText: string
  readonly privacy: string
  readonly receipt: Readonly<Record<CheckoutState, { readonly title: string, readonly text: string }>>
  readonly receiptName: string
  readonly payBefore: (time: string) => string
  readonly timeLeft: string
  readonly payNow: (gateway: string) => string
  readonly scan: (gateway: string) => string
  readonly scanHint: string
  readonly gatewayDown: string
  readonly otherGateway: string
  readonly tryAgain: string
  readonly cancel: string
  readonly refresh: string
  readonly codes: (count: number) => string
  readonly code: string
  readonly number: string
  readonly serial: string
  readonly validUntil: string
  readonly copy: string
  readonly copied: string
  readonly copyAll: string
  readonly redeem: string
  readonly keep: string
  readonly keepText: string
  readonly complain: string
  readonly complainText: string
  readonly complainLabel: (place: number) => string
  readonly complainSend: string
  readonly complained: string
  readonly item: string
  readonly paid: string
  readonly toPay: string
  readonly contactShown: string
  readonly orderNumber: string
  readonly again: string
  readonly returnReasons: Readonly<Record<ReturnReason, string>>
  readonly moneyBack: Readonly<Record<'refunding' | 'refunded', (amount: string) => string>>
  readonly backTitle: string
  readonly backText: string
  readonly backSend: string
  readonly backWrong: string
}

export const words: Readonly<Record<BuyerLanguage, Words>> = {
  'zh-CN': {
    languageName: '中文',
    skip: '跳到购买',
    soldBy: seller => `由 ${seller} 销售`,
    testWorld: '测试环境：不会真正扣款，卡密不可使用',
    states: { scheduled: '即将开售', active: '热卖中', paused: '暂停销售', sold_out: '已售罄', ended: '已结束' },
    left: { plenty: '库存充足', below_50: '不足 50 件', below_10: '不足 10 件', last_few: '仅剩几件', none: '已售罄' },
    startsIn: '距开售',
    endsIn: '距结束',
    startsAt: time => `${time} 开售`,
    endsAt: time => `${time} 结束`,
    about: minutes => duration(minutes, ' 天 ', ' 小时 ', ' 分钟', '不到 1 分钟'),
    zone: '北京时间',
    choose: '选择规格',
    only: '商品',
    quantity: '数量',
    fewer: '减少数量',
    more: '增加数量',
    limit: pieces => `每人限购 ${pieces} 件`,
    bounds: (min, step) => [min > 1 ? `${min} 件起购` : '', step > 1 ? `按 ${step} 的倍数购买` : ''].filter(Boolean).join('，'),
    contact: '手机号或邮箱',
    contactHint: '用来找回卡密，加密保存，卖家看不到。',
    contactExample: '例如 13800138000',
    pay: '支付方式',
    noGateway: '暂时没有可用的支付方式，请稍后再来。',
    total: '合计',
    buy: '立即购买',
    buying: '正在为你留货…',
    afterwardsTitle: '购买流程',
    afterwards: ['选好规格，填手机号或邮箱', '付款：库存为你保留 10 分钟', '付款后页面立刻显示卡密'],
    notNow: {
      scheduled: { title: '还没到开售时间', text: '到点后刷新本页即可购买，不需要提前排队。' },
      paused: { title: '卖家暂停了销售', text: '已经下单的可以继续付款。恢复销售后刷新本页即可购买。' },
      sold_out: { title: '已经卖完了', text: '谢谢你的支持！' },
      ended: { title: '活动已经结束', text: '谢谢你的支持！已经购买的，卡密仍可在你的收据页查看。' }
    },
    othersPaying: '还有人正在付款。未付款的会释放出来，几分钟后可以再来看看。',
    reload: '刷新看看',
    honeypot: '请勿填写此项',
    checking: '正在做安全检查，请稍等一两秒…',
    challengeNoScript: '这个链接正被大量脚本抢购，暂时需要浏览器做一次小计算。请打开浏览器的 JavaScript 后重试，或过几分钟再来。',
    challengeFailed: '安全检查没有完成。请换一个新一些的浏览器，并用 https 打开本页，或过几分钟再来。',
    priceNow: (before, now) => `你看到的是 ${before}，现在是 ${now}。确认后请再按一次购买。`,
    tellsRefusals: {
      sku_not_for_sale: '请选择其他规格。',
      quantity_out_of_bounds: '请调整数量。',
      quantity_off_step: '请调整数量。',
      gateway_not_found: '请换一种支付方式。',
      contact_invalid: '请填写 11 位手机号（海外号码以 + 和国家代码开头），或完整的邮箱地址。',
      buyer_limit_reached: '如果有未付款的订单，请先完成或取消它。',
      out_of_stock: '剩下的不够你要的数量，可以少买一些试试。',
      challenge_needed: '页面会自动完成一次安全验证，请再按一次购买。',
      rate_limited: '请稍等片刻再试。',
      checkout_ended: '这笔购买已经结束，不能再改动。',
      invalid_request: '请从商品页重新填写后提交。',
      link_sold_out: '如果还有人在付款，未付款的会释放出来。',
      price_changed: '请确认新的价格后再购买。',
      gateway_unavailable: '请再试一次，或换一种支付方式。',
      gateway_refused: '请换一种支付方式。'
    },
    refusedTitle: '没有买成，也没有扣款',
    unknownTitle: '没有找到这个页面',
    unknownText: '地址可能没有抄全，或者已经不在了。请核对一遍，或向给你链接的人再要一次。',
    busyTitle: '请求太频繁了',
    busyText: seconds => `请等 ${seconds} 秒再试。`,
    brokenTitle: '服务暂时不可用',
    brokenText: '没有丢失任何东西。请过几秒再试。',
    privacy: '不需要注册。联系方式加密保存，只用来找回你的卡密。',
    receipt: {
      open: { title: '等待付款', text: '付款后这里马上显示卡密。' },
      completed: { title: '购买成功', text: '这是你的卡密。' },
      expired: { title: '已超时，未付款', text: '库存已经释放。如果你刚刚付了款，请不要关闭：本页会自己更新，要么发码，要么原路退款。' },
      cancelled: { title: '已取消', text: '没有扣款。如果你刚刚付了款，本页会自己更新，要么发码，要么原路退款。' },
      refunding: { title: '正在退款', text: '这笔付款没有换到卡密，钱正在原路退回。' },
      refunded: { title: '已退款', text: '钱已经原路退回。' }
    },
    receiptName: '收据',
    payBefore: time => `请在 ${time} 前付款`,
    timeLeft: '剩余付款时间',
    payNow: gateway => `用${gateway}付款`,
    scan: gateway => `用${gateway}扫码付款`,
    scanHint: '在手机上可以截屏后，在应用里选“扫一扫 → 相册”。',
    gatewayDown: '支付渠道暂时没有回应。库存仍为你保留，可以再试一次，或换一种支付方式。',
    otherGateway: '换一种支付方式',
    tryAgain: '再试一次',
    cancel: '不买了，取消',
    refresh: '我已付款，刷新',
    codes: count => `你的卡密（${count} 个）`,
    code: '卡密',
    number: '卡号',
    serial: '序列号',
    validUntil: '有效期至',
    copy: '复制',
    copied: '已复制',
    copyAll: '全部复制',
    redeem: '如何兑换',
    keep: '请收藏本页地址',
    keepText: '这个地址就是你的收据，只有你知道。以后随时可以打开查看卡密，请不要发给别人。万一丢了：把单号告诉卖家，卖家给你找回的地址，再填购买时的手机号或邮箱。',
    complain: '卡密不能用？',
    complainText: '写下你看到的提示，我们会记录下来并尽快处理。',
    complainLabel: place => `第 ${place} 个卡密怎么了？`,
    complainSend: '提交',
    complained: '已经收到你对这个卡密的反馈。',
    item: '商品',
    paid: '实付',
    toPay: '应付',
    contactShown: '联系方式',
    orderNumber: '单号',
    again: '回到商品页',
    returnReasons: {
      paid_twice: '这笔购买已经付过一次了。',
      amount_mismatch: '付款金额与应付金额不一致。',
      currency_mismatch: '付款币种与应付币种不一致。',
      out_of_stock: '付款到账时已超过保留时间，库存已经卖完。',
      quota_reached: '付款到账时已超过保留时间，名额已经用完。',
      not_for_sale: '付款到账时商品已经下架。',
      wallet_refused: '账户无法入账。'
    },
    moneyBack: {
      refunding: amount => `${amount} 正在原路退回，通常几分钟内到账，最迟 3 个工作日。`,
      refunded: amount => `${amount} 已经原路退回你付款的账户。`
    },
    backTitle: '查看你的购买',
    backText: '为了保护你的卡密，请填写购买时用的手机号或邮箱。',
    backSend: '继续',
    backWrong: '与购买时填写的不一致，请再核对一下。'
  },
  en: {
    languageName: 'English',
    skip: 'Skip to buying',
    soldBy: seller => `Sold by ${seller}`,
    testWorld: 'Test world: nobody is charged, and the codes are not real',
    states: { scheduled: 'Starts soon', active: 'On sale', paused: 'Paused', sold_out: 'Sold out', ended: 'Ended' },
    left: { plenty: 'Plenty left', below_50: 'Less than 50 left', below_10: 'Less than 10 left', last_few: 'Last few', none: 'Sold out' },
    startsIn: 'Starts in',
    endsIn: 'Ends in',
    startsAt: time => `Starts ${time}`,
    endsAt: time => `Ends ${time}`,
    about: minutes => duration(minutes, ' d ', ' h ', ' min', 'less than a minute'),
    zone: 'China time',
    choose: 'Choose one',
    only: 'Item',
    quantity: 'Quantity',
    fewer: 'Fewer',
    more: 'More',
    limit: pieces => `${pieces} per buyer`,
    bounds: (min, step) => [min > 1 ? `at least ${min}` : '', step > 1 ? `in steps of ${step}` : ''].filter(Boolean).join(', '),
    contact: 'Mobile number or e-mail',
    contactHint: 'To find your codes again. Kept encrypted; the seller never sees it.',
    contactExample: 'e.g. you@example.com',
    pay: 'Pay with',
    noGateway: 'There is no way to pay just now. Please come back a little later.',
    total: 'Total',
    buy: 'Buy now',
    buying: 'Setting yours aside…',
    afterwardsTitle: 'How it goes',
    afterwards: ['Choose, and leave a number or an e-mail', 'Pay: yours is set aside for 10 minutes', 'Your codes appear at once'],
    notNow: {
      scheduled: { title: 'Not open yet', text: 'Reload this page when the time has come. There is no queue to stand in.' },
      paused: { title: 'The seller is taking a break', text: 'Whoever is paying already can go on. When the sale continues, reload this page and buy.' },
      sold_out: { title: 'All gone', text: 'Thank you for coming!' },
      ended: { title: 'This sale is over', text: 'Thank you for coming! If you bought something, your codes are still on your receipt page.' }
    },
    othersPaying: 'Others are still paying. What they do not pay for comes back: look again in a few minutes.',
    reload: 'Look again',
    honeypot: 'Leave this empty',
    checking: 'A short safety check, one or two seconds…',
    challengeNoScript: 'Scripts are rushing at this link, so for now browsers have to do a small computation. Please switch JavaScript on and try again, or come back in a few minutes.',
    challengeFailed: 'The safety check did not finish. Please use a newer browser and open this page by https, or come back in a few minutes.',
    priceNow: (before, now) => `You saw ${before}; it is ${now} now. If that suits you, press Buy once more.`,
    tellsRefusals: {
      sku_not_for_sale: 'Please choose another.',
      quantity_out_of_bounds: 'Please change the quantity.',
      quantity_off_step: 'Please change the quantity.',
      gateway_not_found: 'Please choose another way to pay.',
      contact_invalid: 'Please give a Chinese mobile number, another number beginning with + and its country code, or a whole e-mail address.',
      buyer_limit_reached: 'If a purchase of yours is not paid yet, finish or cancel it first.',
      out_of_stock: 'There are fewer left than you want; try a smaller quantity.',
      challenge_needed: 'The page does it by itself. Please press Buy once more.',
      rate_limited: 'Please wait a moment, then try again.',
      checkout_ended: 'It cannot be changed any more.',
      invalid_request: 'Please open the page of the link and fill in the form again.',
      link_sold_out: 'If others are still paying, what they do not pay for comes back.',
      price_changed: 'Please look at the new price before you buy.',
      gateway_unavailable: 'Please try again, or choose another way to pay.',
      gateway_refused: 'Please choose another way to pay.'
    },
    refusedTitle: 'Nothing was bought, and nothing was charged',
    unknownTitle: 'There is nothing here',
    unknownText: 'The address may be incomplete or mistyped, or its link is gone. Please check it, or ask whoever gave it to you once more.',
    busyTitle: 'Too many requests',
    busyText: seconds => `Please wait ${seconds} seconds, then try again.`,
    brokenTitle: 'Not available just now',
    brokenText: 'Nothing is lost. Please try again in a few seconds.',
    privacy: 'No account needed. Your contact is kept encrypted, and only to find your codes again.',
    receipt: {
      open: { title: 'Waiting for payment', text: 'Your codes appear here as soon as you have paid.' },
      completed: { title: 'It is yours', text: 'Here are your codes.' },
      expired: { title: 'Not paid in time', text: 'What was set aside is free again. If you have just paid, stay here: this page updates by itself, with your codes or with your money on its way back.' },
      cancelled: { title: 'Cancelled', text: 'Nothing was charged. If you have just paid, this page updates by itself, with your codes or with your money on its way back.' },
      refunding: { title: 'Your money is on its way back', text: 'There was no code for this payment, so you get it back the way you paid.' },
      refunded: { title: 'Refunded', text: 'Your money has gone back the way you paid.' }
    },
    receiptName: 'Receipt',
    payBefore: time => `Please pay before ${time}`,
    timeLeft: 'Time left to pay',
    payNow: gateway => `Pay with ${gateway}`,
    scan: gateway => `Scan to pay with ${gateway}`,
    scanHint: 'On this phone? Take a screenshot and open it from the app’s scanner.',
    gatewayDown: 'The payment service does not answer just now. Yours is still set aside: try again, or pay another way.',
    otherGateway: 'Pay another way',
    tryAgain: 'Try again',
    cancel: 'Cancel this purchase',
    refresh: 'I have paid: refresh',
    codes: count => count === 1 ? 'Your code' : `Your ${count} codes`,
    code: 'Code',
    number: 'Card number',
    serial: 'Serial',
    validUntil: 'Valid until',
    copy: 'Copy',
    copied: 'Copied',
    copyAll: 'Copy all',
    redeem: 'How to redeem',
    keep: 'Keep the address of this page',
    keepText: 'It is your receipt, and nobody else knows it. Open it whenever you need your codes; do not pass it on. If you lose it, the seller can lead you back with the number above; you will be asked for your contact.',
    complain: 'This code does not work?',
    complainText: 'Tell us what you saw. It is recorded, and somebody will look at it.',
    complainLabel: place => `What is wrong with code ${place}?`,
    complainSend: 'Send',
    complained: 'We have what you told us about this code.',
    item: 'Item',
    paid: 'Paid',
    toPay: 'To pay',
    contactShown: 'Contact',
    orderNumber: 'Number',
    again: 'Back to the item',
    returnReasons: {
      paid_twice: 'This purchase had been paid already.',
      amount_mismatch: 'The amount paid was not the amount due.',
      currency_mismatch: 'The currency paid was not the currency due.',
      out_of_stock: 'The payment came after the time to pay, and all had been sold by then.',
      quota_reached: 'The payment came after the time to pay, and all places were taken by then.',
      not_for_sale: 'When the payment came, the item was no longer for sale.',
      wallet_refused: 'The wallet takes no more money.'
    },
    moneyBack: {
      refunding: amount => `${amount} is going back the way you paid: usually within minutes, at most 3 working days.`,
      refunded: amount => `${amount} has gone back to where you paid from.`
    },
    backTitle: 'Find your purchase',
    backText: 'To protect your codes, please give the mobile number or e-mail you bought with.',
    backSend: 'Go on',
    backWrong: 'That is not what was given when buying. Please check it once more.'
  }
}

function duration (minutes: number, day: string, hour: string, minute: string, none: string): string {
  if (minutes < 1) return none
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes % 1440 / 60), minutes % 60]
  return ((days > 0 ? days + day : '') + (hours > 0 ? hours + hour : '') + (rest > 0 && days === 0 ? rest + minute : '')).trim()
}
