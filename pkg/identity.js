// Which module this package holds.

export const version = "1.0.0";
export const abiVersion = 2;
export const moduleSha256 = "6eb8f8ae10c64b6608a3990253fc52db9cf51ec5241fd03f794e232f815e06e1";
