-- The license server tells those who scrape it how many sessions live: it reads the worker's samples.

GRANT SELECT ON activity_samples TO leasehold_server;
