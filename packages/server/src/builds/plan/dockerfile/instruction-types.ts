import type { DockerfileParser } from 'dockerfile-ast';

type Parsed = ReturnType<typeof DockerfileParser.parse>;

/** Types that the parser uses without exporting them. */
export type Heredoc = ReturnType<ReturnType<Parsed['getCOPYs']>[number]['getHeredocs']>[number];

/** Any instruction; the parser has heredocs of all, and shows them of some. */
export type ParsedInstruction = Pick<
  ReturnType<Parsed['getInstructions']>[number],
  'getRange' | 'getKeyword'
>;
