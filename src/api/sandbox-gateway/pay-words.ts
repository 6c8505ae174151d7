// What the sandbox gateway's pay page says, in both languages.
import type { BuyerLanguage } from '../../../schema/vocabulary.ts'
import type { SandboxAction } from '../../domain/sandbox-gateway/act-on-payment.ts'

/** A button: what it says, and what happens. */
interface ButtonWords { readonly says: string, readonly means: string }

export interface PayWords {
  readonly title: string
  readonly noMoney: string
  readonly subject: string
  readonly amount: string
  readonly endsIn: (minutes: number) => string
  readonly endsNow: string
  readonly pay: string
  readonly failed: string
  readonly paid: string
  readonly coming: string
  readonly ended: string
  readonly back: string
  readonly wrong: string
  readonly wrongLead: string
  readonly lateSeconds: string
  readonly actions: Readonly<Record<Exclude<SandboxAction, 'pay' | 'cancel'>, ButtonWords>>
  readonly languageName: string
  readonly footer: string
}

export const payWords: Readonly<Record<BuyerLanguage, PayWords>> = {
  'zh-CN': {
    title: '沙箱支付',
    noMoney: '这是测试用的支付页：不会产生任何真实扣款。',
    subject: '商品',
    amount: '应付金额',
    endsIn: minutes => `请在 ${minutes} 分钟内支付`,
    endsNow: '即将超时',
    pay: '确认支付',
    failed: '上一次支付失败了，您可以再试一次。',
    paid: '已支付成功。',
    coming: '付款已发起，款项将稍后到账。',
    ended: '该笔支付已关闭，只能演练“逾期到账”。',
    back: '返回商家',
    wrong: '演练异常情况',
    wrongLead: '每个按钮演练一种真实支付中可能发生的情况。',
    lateSeconds: '多少秒后到账',
    actions: {
      fail: { says: '支付失败', means: '付款未成功，之后可以再试' },
      late: { says: '逾期到账', means: '款项在若干秒后才到账，哪怕支付已超时' },
      twice: { says: '重复付款', means: '同一笔付了两次钱' },
      told_twice: { says: '重复通知', means: '付一次，通知商家两次' },
      out_of_order: { says: '通知乱序', means: '先通知退款，再通知已付，最后通知待付' },
      never: { says: '不发通知', means: '已付款，但从不通知商家，只能靠查询得知' },
      wrong_amount: { says: '金额不符', means: '付款金额与应付金额不一致' },
      wrong_currency: { says: '币种不符', means: '以另一种货币付款' }
    },
    languageName: '中文',
    footer: 'kahub 沙箱支付网关'
  },
  en: {
    title: 'Sandbox payment',
    noMoney: 'This page is for trying out: no real money moves.',
    subject: 'For',
    amount: 'To pay',
    endsIn: minutes => `Pay within ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`,
    endsNow: 'About to expire',
    pay: 'Pay',
    failed: 'The last try failed. You may try again.',
    paid: 'This is paid.',
    coming: 'The payment is on its way; the money comes later.',
    ended: 'This payment has ended. It can only be paid late now.',
    back: 'Back to the shop',
    wrong: 'Make something go wrong',
    wrongLead: 'Each button does one of the things that happen with real payments.',
    lateSeconds: 'Seconds until it comes',
    actions: {
      fail: { says: 'Fail', means: 'it is not paid, and may be tried again' },
      late: { says: 'Pay late', means: 'the money comes so many seconds from now, even after the end' },
      twice: { says: 'Pay twice', means: 'the money comes two times' },
      told_twice: { says: 'Be told twice', means: 'paid once, and the shop is told two times' },
      out_of_order: { says: 'Be told out of order', means: 'a refund first, then paid, then still open' },
      never: { says: 'Pay, but never tell', means: 'the shop is not told, and has to ask' },
      wrong_amount: { says: 'Pay a wrong amount', means: 'not what was asked for' },
      wrong_currency: { says: 'Pay in a wrong currency', means: 'the same number of another money' }
    },
    languageName: 'English',
    footer: 'kahub sandbox gateway'
  }
}
