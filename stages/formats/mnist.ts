/**
 * MNIST's files with their pinned sizes and digests, by the coordinate of the
 * stage that fetches each. The files of yann.lecun.com/exdb/mnist, which all
 * mirrors serve unchanged.
 */
export const FILES = {
  "train-images": {
    name: "train-images-idx3-ubyte.gz",
    bytes: 9_912_422,
    sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
  },
  "train-labels": {
    name: "train-labels-idx1-ubyte.gz",
    bytes: 28_881,
    sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
  },
  "test-images": {
    name: "t10k-images-idx3-ubyte.gz",
    bytes: 1_648_877,
    sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
  },
  "test-labels": {
    name: "t10k-labels-idx1-ubyte.gz",
    bytes: 4_542,
    sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  },
} as const;

/** As sentences say it. */
export const TITLE = "MNIST";

/** How many images there are, to refuse before anything is fetched what needs more. */
export const COUNTS = { train: 60_000, test: 10_000 } as const;

/** Where its files are served, without a mirror of one's own. */
export const MIRRORS = [
  "https://ossci-datasets.s3.amazonaws.com/mnist/",
  "https://storage.googleapis.com/cvdf-datasets/mnist/",
];

/** What a file of a dataset holds. */
export type Role = keyof typeof FILES;
