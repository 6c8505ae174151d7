// Mutants that were looked at one by one, and that no test can kill: what they change cannot be seen. They count against the score
// all the same; here stands why. An entry that no surviving mutant fits any more is an error: the code has changed, look again.

export interface Equivalent {
  readonly file: string
  /** A part of the line that the mutant begins on. */
  readonly line: string
  /** Stryker's name of the kind of mutant, and what it puts in; any of the kind when left out. */
  readonly mutator: string
  readonly replacement?: string
  readonly because: string
}

const money: readonly Equivalent[] = [
  {
    file: 'src/base/money.ts',
    line: 'if (minor === 1n)',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    because: 'it only saves work: to round to the ten-thousandth is to leave an amount as it is'
  },
  {
    file: 'src/base/money.ts',
    line: 'const negative = amount < 0n',
    mutator: 'EqualityOperator',
    replacement: 'amount <= 0n',
    because: 'zero is its own negative'
  }
]

const pricing: readonly Equivalent[] = [
  {
    file: 'src/domain/pricing/below-cost.ts',
    line: 'const discounted =',
    mutator: 'MethodExpression',
    because: 'more buyers of SKUs that no change is bound to are looked at, whose prices are made of none of the changes'
  },
  {
    file: 'src/domain/pricing/below-cost.ts',
    line: 'const discounted =',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'the same'
  },
  {
    file: 'src/domain/pricing/below-cost.ts',
    line: 'const contract = resellerId === undefined',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    because: 'there is no contract of nobody to be found'
  },
  {
    file: 'src/domain/pricing/below-cost.ts',
    line: 'const [level, discount] = levelId === undefined',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    because: 'there are no prices of no level to be found'
  },
  {
    file: 'src/domain/pricing/below-cost.ts',
    line: 'changesOf(was ?? [])',
    mutator: 'ArrayDeclaration',
    because: 'a step that is none has no change'
  },
  {
    file: 'src/domain/pricing/price-book.ts',
    line: 'contracts.size === 0',
    mutator: 'ConditionalExpression',
    replacement: 'false',
    because: 'it only saves work: among no contracts none is found'
  },
  {
    file: 'src/domain/pricing/price-book.ts',
    line: 'return amounts[0]! > amounts[1]!',
    mutator: 'EqualityOperator',
    replacement: 'amounts[0]! >= amounts[1]!',
    because: 'of two equal amounts either is the greater'
  },
  {
    file: 'src/domain/pricing/unit-price.ts',
    line: 'before > rule.amount!',
    mutator: 'EqualityOperator',
    replacement: 'before >= rule.amount!',
    because: 'of two equal amounts either is the greater'
  }
]

const ranges: readonly Equivalent[] = [
  {
    file: 'src/domain/orders/code-layout.ts',
    line: 'passed >= range.count',
    mutator: 'EqualityOperator',
    replacement: 'passed > range.count',
    because: 'a range passed to its end exactly is left four lines below'
  }
]

const quicker = 'it only saves work: the longer way comes to the same'
const never = 'what tells the two apart cannot come here: something was read before this place'

const signatures: readonly Equivalent[] = [
  {
    file: 'src/base/signature.ts',
    line: 'if (expires !== undefined',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'undefined is not less than any time'
  },
  {
    file: 'src/base/signature.ts',
    line: "createSecretKey(secret, 'utf8')",
    mutator: 'StringLiteral',
    because: 'it is what Node does when nothing is said; said, since other programs have to do the same'
  },
  { file: 'src/base/signature.ts', line: 'return mark < 0', mutator: 'EqualityOperator', because: never },
  { file: 'src/base/signature.ts', line: "if (!value.includes('\\r\\n'))", mutator: 'ConditionalExpression', because: quicker },
  { file: 'src/base/signature.ts', line: "if (!value.includes('\\r\\n'))", mutator: 'StringLiteral', because: quicker },
  {
    file: 'src/base/signature.ts',
    line: 'while (end > start',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'blanks alone are trimmed from the front already; an end before the start cuts out nothing'
  },
  { file: 'src/base/signature.ts', line: 'while (end > start', mutator: 'EqualityOperator', because: 'the same' },
  {
    file: 'src/base/signature.ts',
    line: "typeof key.secret === 'string'",
    mutator: 'ConditionalExpression',
    replacement: 'false',
    because: 'Node makes the same key of a text itself'
  },
  { file: 'src/base/signature.ts', line: "typeof key.secret === 'string'", mutator: 'StringLiteral', because: 'the same' },
  { file: 'src/base/structured-fields.ts', line: 'const plain = end < 0', mutator: 'ConditionalExpression', because: quicker },
  { file: 'src/base/structured-fields.ts', line: 'const plain = end < 0', mutator: 'EqualityOperator', because: never },
  { file: 'src/base/structured-fields.ts', line: "if (plain.includes('\\\\'))", mutator: 'ConditionalExpression', because: quicker },
  { file: 'src/base/structured-fields.ts', line: "if (plain.includes('\\\\'))", mutator: 'StringLiteral', because: quicker },
  { file: 'src/base/structured-fields.ts', line: 'if (end < 0) this.refuse', mutator: 'EqualityOperator', because: never },
  {
    file: 'src/base/structured-fields.ts',
    line: 'if (this.#at >= this.#text.length)',
    mutator: 'EqualityOperator',
    because: 'there is no character behind the last; one step on it is refused with the same sentence'
  },
  { file: 'src/base/structured-fields.ts', line: "return value.includes('\"')", mutator: 'ConditionalExpression', because: quicker },
  { file: 'src/base/structured-fields.ts', line: "return value.includes('\"')", mutator: 'StringLiteral', because: quicker },
  {
    file: 'src/base/callback-signature.ts',
    line: '{ secrets = [], publicKeys = [] }',
    mutator: 'ArrayDeclaration',
    because: 'a text is a secret too, and one that nobody knows verifies nothing'
  },
  {
    file: 'src/base/callback-signature.ts',
    line: "Buffer.from(text ?? '', 'base64')",
    mutator: 'StringLiteral',
    because: 'what stands in for a signature that is not there is none'
  }
]

const twice = 'a check that follows refuses the same'
const brackets = 'a host has brackets at both ends or none: the parser of URLs, and undici, see to it'

const ssrf: readonly Equivalent[] = [
  { file: 'src/base/callback-url.ts', line: 'const scheme =', mutator: 'OptionalChaining', because: 'what matches has its group' },
  {
    file: 'src/base/callback-url.ts',
    line: "if (url.username !== '' || url.password !== ''",
    mutator: 'ConditionalExpression',
    because: 'the pattern beside it sees every user and password that the parser sees'
  },
  { file: 'src/base/callback-url.ts', line: "if (url.username !== '' ||", mutator: 'LogicalOperator', because: 'the same' },
  { file: 'src/base/callback-url.ts', line: "if (url.hash !== ''", mutator: 'ConditionalExpression', because: 'a fragment has its #' },
  { file: 'src/base/callback-url.ts', line: 'url.hostname.replace', mutator: 'Regex', because: brackets },
  { file: 'src/base/callback-url.ts', line: 'if (!/^[0-9a-f:.]{2,45}$/i', mutator: 'ConditionalExpression', because: twice },
  { file: 'src/base/callback-url.ts', line: 'if (!/^[0-9a-f:.]{2,45}$/i', mutator: 'LogicalOperator', because: twice },
  { file: 'src/base/callback-url.ts', line: 'if (!/^[0-9a-f:.]{2,45}$/i', mutator: 'Regex', because: twice },
  { file: 'src/base/callback-url.ts', line: 'if (!/^[0-9a-f:.]{2,45}$/i', mutator: 'StringLiteral', because: twice },
  { file: 'src/base/callback-url.ts', line: "const four = tail.includes('.')", mutator: 'StringLiteral', because: quicker },
  { file: 'src/base/callback-url.ts', line: "if (tail.includes('.') && four", mutator: 'ConditionalExpression', because: twice },
  {
    file: 'src/outgoing/guard-address.ts',
    line: 'authorities !== undefined',
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'authorities that are undefined are the usual ones'
  },
  {
    file: 'src/outgoing/guard-address.ts',
    line: "connectorTo('http:', 0)",
    mutator: 'StringLiteral',
    because: 'every protocol but https is for this machine alone'
  },
  { file: 'src/outgoing/guard-address.ts', line: 'options.hostname.replace', mutator: 'Regex', because: brackets },
  {
    file: 'src/outgoing/guard-address.ts',
    line: "(options.protocol === 'https:' ? 443 : 80)",
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'without https no port matters'
  },
  {
    file: 'src/outgoing/guard-address.ts',
    line: "four.status === 'rejected'",
    mutator: 'ConditionalExpression',
    replacement: 'true',
    because: 'a look-up that succeeds has an address'
  },
  {
    file: 'src/outgoing/guard-address.ts',
    line: 'callback(new AddressRefusal(), [])',
    mutator: 'ArrayDeclaration',
    because: 'beside an error no address is read'
  },
  {
    file: 'src/outgoing/guard-address.ts',
    line: 'callback(error as NodeJS.ErrnoException, [])',
    mutator: 'ArrayDeclaration',
    because: 'beside an error no address is read'
  }
]

export const everything: readonly Equivalent[] = [...money, ...pricing, ...ranges, ...signatures, ...ssrf]
