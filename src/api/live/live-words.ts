// What the host's page says, in both languages.
import type { BuyerLanguage, LinkState, ReturnReason, SessionState } from '../../../schema/vocabulary.ts'

export interface LiveWords {
  readonly page: string
  readonly report: string
  readonly skip: string
  readonly testWorld: string
  readonly states: Readonly<Record<SessionState, string>>
  readonly connection: { readonly here: string, readonly lost: string, readonly plain: string }
  readonly started: string
  readonly ended: string
  readonly figures: string
  readonly viewers: string
  readonly viewersNote: string
  readonly visits: string
  readonly starts: string
  readonly startsNote: (open: string) => string
  readonly paid: string
  readonly pieces: (count: string) => string
  readonly conversion: string
  readonly conversionNote: string
  readonly revenue: string
  readonly commission: string
  readonly refunds: string
  readonly refundsNote: (amount: string) => string
  readonly minutes: string
  readonly visitsPerMinute: string
  readonly piecesPerMinute: string
  readonly visitsPer: (minutes: number) => string
  readonly piecesPer: (minutes: number) => string
  readonly most: (count: string, time: string) => string
  readonly nothingYet: string
  readonly funnel: string
  readonly funnelSteps: { readonly visits: string, readonly starts: string, readonly paid: string }
  readonly unpaid: (expired: string, cancelled: string) => string
  readonly stock: string
  readonly sku: string
  readonly sold: string
  readonly left: string
  readonly linkStates: Readonly<Record<LinkState, string>>
  readonly quota: (sold: string, quota: string) => string
  readonly noLinks: string
  readonly newest: string
  readonly noPurchases: string
  readonly masked: string
  readonly topMinutes: string
  readonly time: string
  readonly link: string
  readonly byLink: string
  readonly backTitle: string
  readonly reason: string
  readonly count: string
  readonly amount: string
  readonly reasons: Readonly<Record<ReturnReason, string>>
  readonly gone: string
  readonly goneText: string
  readonly busy: string
  readonly busyText: string
  readonly zone: string
  readonly otherLanguage: string
}

export const liveWords: Readonly<Record<BuyerLanguage, LiveWords>> = {
  en: {
    page: 'Live',
    report: 'Report',
    skip: 'Skip to the figures',
    testWorld: 'Test world: no real money',
    states: { scheduled: 'Not started', live: 'Live', ended: 'Ended' },
    connection: { here: 'Up to date', lost: 'Connection lost, trying again', plain: 'This page loads anew by itself.' },
    started: 'Start',
    ended: 'End',
    figures: 'Figures',
    viewers: 'Watching now',
    viewersNote: 'pages open',
    visits: 'Views',
    starts: 'Began to pay',
    startsNote: open => `${open} paying now`,
    paid: 'Purchases',
    pieces: count => count === '1' ? '1 piece' : `${count} pieces`,
    conversion: 'Conversion',
    conversionNote: 'purchases for a view',
    revenue: 'Revenue',
    commission: 'Your commission',
    refunds: 'Money back',
    refundsNote: amount => `${amount}, not in revenue`,
    minutes: 'Minute by minute',
    visitsPerMinute: 'Views per minute',
    piecesPerMinute: 'Pieces sold per minute',
    visitsPer: minutes => `Views per ${minutes} minutes`,
    piecesPer: minutes => `Pieces sold per ${minutes} minutes`,
    most: (count, time) => `most: ${count} at ${time}`,
    nothingYet: 'nothing yet',
    funnel: 'From view to purchase',
    funnelSteps: { visits: 'Views', starts: 'Began to pay', paid: 'Paid' },
    unpaid: (expired, cancelled) => `${expired} ran out of time, ${cancelled} changed their mind`,
    stock: 'Links and stock',
    sku: 'SKU',
    sold: 'Sold',
    left: 'Left',
    linkStates: { scheduled: 'Not started', active: 'On sale', paused: 'Paused', sold_out: 'Sold out', ended: 'Ended' },
    quota: (sold, quota) => `${sold} of ${quota} sold`,
    noLinks: 'No link belongs to this session yet.',
    newest: 'Latest purchases',
    noPurchases: 'The first purchase will stand here.',
    masked: 'Buyers are shown masked.',
    topMinutes: 'Best minutes',
    time: 'Time',
    link: 'Link',
    byLink: 'By link',
    backTitle: 'Money that went back',
    reason: 'Why',
    count: 'Payments',
    amount: 'Amount',
    reasons: {
      paid_twice: 'paid twice',
      amount_mismatch: 'another amount was paid',
      currency_mismatch: 'another currency was paid',
      out_of_stock: 'paid late, nothing left',
      quota_reached: 'paid late, quota reached',
      not_for_sale: 'no longer for sale',
      wallet_refused: 'wallet full or closed'
    },
    gone: 'There is nothing at this address',
    goneText: 'It was replaced by another, or was never right. Ask for the present one where you got this one.',
    busy: 'Too much at once',
    busyText: 'Wait a moment, then load the page again.',
    zone: 'China time',
    otherLanguage: '中文'
  },
  'zh-CN': {
    page: '直播看板',
    report: '场次报告',
    skip: '跳到数据',
    testWorld: '测试环境：不涉及真实资金',
    states: { scheduled: '未开播', live: '直播中', ended: '已结束' },
    connection: { here: '数据实时更新', lost: '连接中断，正在重连', plain: '本页会自动刷新。' },
    started: '开播',
    ended: '结束',
    figures: '核心数据',
    viewers: '正在看',
    viewersNote: '打开着的页面',
    visits: '浏览',
    starts: '下单',
    startsNote: open => `${open} 笔正在付款`,
    paid: '成交',
    pieces: count => `共 ${count} 件`,
    conversion: '转化率',
    conversionNote: '成交 ÷ 浏览',
    revenue: '成交额',
    commission: '我的佣金',
    refunds: '退款',
    refundsNote: amount => `${amount}，未计入成交额`,
    minutes: '每分钟走势',
    visitsPerMinute: '每分钟浏览',
    piecesPerMinute: '每分钟售出（件）',
    visitsPer: minutes => `每 ${minutes} 分钟浏览`,
    piecesPer: minutes => `每 ${minutes} 分钟售出（件）`,
    most: (count, time) => `最高 ${count}，${time}`,
    nothingYet: '暂无',
    funnel: '从浏览到成交',
    funnelSteps: { visits: '浏览', starts: '下单', paid: '付款' },
    unpaid: (expired, cancelled) => `${expired} 笔超时未付，${cancelled} 笔主动取消`,
    stock: '链接与库存',
    sku: '规格',
    sold: '已售',
    left: '剩余',
    linkStates: { scheduled: '未开始', active: '售卖中', paused: '已暂停', sold_out: '已售罄', ended: '已结束' },
    quota: (sold, quota) => `已售 ${sold} / 限量 ${quota}`,
    noLinks: '本场次还没有链接。',
    newest: '最新成交',
    noPurchases: '第一笔成交会出现在这里。',
    masked: '买家信息已脱敏。',
    topMinutes: '成交最多的分钟',
    time: '时间',
    link: '链接',
    byLink: '按链接',
    backTitle: '已退还的款项',
    reason: '原因',
    count: '笔数',
    amount: '金额',
    reasons: {
      paid_twice: '重复付款',
      amount_mismatch: '付款金额不符',
      currency_mismatch: '付款币种不符',
      out_of_stock: '付款太晚，已无库存',
      quota_reached: '付款太晚，已达限量',
      not_for_sale: '已停止销售',
      wallet_refused: '账户无法入账'
    },
    gone: '此地址无效',
    goneText: '地址已更换，或本来就不存在。请向发给你的人索取新地址。',
    busy: '访问过于频繁',
    busyText: '请稍候再刷新。',
    zone: '北京时间',
    otherLanguage: 'English'
  }
}
