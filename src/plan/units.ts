/** How measured values are compared, and in what they are measured. */
export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Unit = 'percent' | 'milliseconds' | 'count' | 'flag' | 'text';
