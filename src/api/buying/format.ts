// Amounts and times as buyers read them.
import type { BuyerLanguage, Currency } from '../../../schema/vocabulary.ts'
import { formatAmount, type Amount } from '../../base/money.ts'
import { words } from './words.ts'

/** An amount in major units, for scripts to multiply. */
export function plainAmount (amount: Amount, currency: Currency): string {
  return formatAmount(amount, currency)
}

/** A time of day with its date, in China, where streams run; `today` leaves the date away. */
export function timeText (at: Date, language: BuyerLanguage, nowMs: number): string {
  const day = (time: Date | number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(time)
  const date = day(at) === day(nowMs) ? {} : { month: 'short', day: 'numeric' } as const
  const text = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeZone: zone, ...date, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at)
  return language === 'en' ? `${text} ${words.en.zone}` : text
}

/** A day, of codes that end. */
export function dayText (at: Date, language: BuyerLanguage): string {
  return new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeZone: zone, dateStyle: 'medium' }).format(at)
}

const zone = 'Asia/Shanghai'
