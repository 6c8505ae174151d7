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

export const everything: readonly Equivalent[] = [...money, ...pricing, ...ranges]
