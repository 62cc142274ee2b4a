/** Stops `npm run test:mongodb` where no server is named: a stand-in would prove nothing. */
if ((process.env["TEST_MONGODB_URL"] ?? "") === "") {
  console.error(
    "npm run test:mongodb tests against a real MongoDB. Name it: " +
      "TEST_MONGODB_URL=mongodb://127.0.0.1:27017/ npm run test:mongodb",
  );
  process.exit(1);
}
