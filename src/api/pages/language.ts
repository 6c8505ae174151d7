// Which language a buyer reads: what the address says, or the first of Accept-Language that there is.
import { buyerLanguages, type BuyerLanguage } from '../../../schema/vocabulary.ts'

/** The language of a page: the wish in its address first, then the browser's, then Chinese. */
export function languageOf (wish: unknown, accepted: string | undefined): BuyerLanguage {
  if (isLanguage(wish)) return wish
  if (accepted === undefined || accepted === '') return 'zh-CN'
  return preferred(accepted.slice(0, acceptLengthMax))
}

/** The language the page is offered in besides. */
export function otherLanguage (language: BuyerLanguage): BuyerLanguage {
  return language === 'en' ? 'zh-CN' : 'en'
}

const acceptLengthMax = 200

function isLanguage (text: unknown): text is BuyerLanguage {
  return buyerLanguages.some(language => language === text)
}

/** The supported language with the greatest weight (RFC 9110 §12.5.4); none of them: English, which more strangers read. */
function preferred (accepted: string): BuyerLanguage {
  let best: BuyerLanguage = 'en'
  let weight = 0
  for (const part of accepted.toLowerCase().split(',')) {
    const [tag = '', ...parameters] = part.split(';').map(text => text.trim())
    const quality = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
    const language = tag.startsWith('zh') ? 'zh-CN' : tag.startsWith('en') ? 'en' : undefined
    if (language !== undefined && quality > weight) [best, weight] = [language, quality]
  }
  return best
}
