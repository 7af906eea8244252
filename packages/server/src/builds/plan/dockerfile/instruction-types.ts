import type { DockerfileParser } from 'dockerfile-ast';

type Parsed = ReturnType<typeof DockerfileParser.parse>;

/** Types that the parser uses without exporting them. */
export type Heredoc = ReturnType<ReturnType<Parsed['getCOPYs']>[number]['getHeredocs']>[number];
export type Flag = ReturnType<ReturnType<Parsed['getCOPYs']>[number]['getFlags']>[number];
export type Property = ReturnType<ReturnType<Parsed['getENVs']>[number]['getProperties']>[number];
export type Range = ReturnType<ReturnType<Parsed['getENVs']>[number]['getRange']>;
