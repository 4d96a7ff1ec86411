// Which module this package holds.

export const version = "1.0.0";
export const abiVersion = 2;
export const moduleSha256 = "67cdb4022505eae83b030813660b2be5ebb0600130f8499e0970cfad0c6421c2";
