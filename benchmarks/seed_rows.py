"""What a large database is made of: statements in their order, each with what it fills.

Everything follows from a row's number, so two databases of one size are alike but for keys, tokens and the time of
day. Numbers are in the order of time, as ids are in life: what belongs to one license is scattered over its table.
"""

# `chance(n, salt)` is evenly spread from 0 to 1; `one_of` takes a word by it. Temporary, so nothing is left behind.
TOOLS = """
CREATE FUNCTION pg_temp.chance(n bigint, salt bigint) RETURNS float8 LANGUAGE sql IMMUTABLE AS
    'SELECT (hashint8extended(n, salt) & 2147483647) / 2147483648.0::float8';
CREATE FUNCTION pg_temp.one_of(words text[], n bigint, salt bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
    'SELECT words[1 + floor(pg_temp.chance(n, salt) * array_length(words, 1))::int]';
CREATE TEMPORARY TABLE new_keys (n bigint, license_key text);
"""
COPY_KEYS = "COPY new_keys (n, license_key) FROM STDIN"

PRODUCTS = """
INSERT INTO products (id, slug, name, created_at) OVERRIDING SYSTEM VALUE
SELECT n, 'product-' || n, w || ' ' || n, now() - interval '1500 days'
  FROM unnest(ARRAY['Studio','Lab','Viewer','Archive','Gateway','Planner','Monitor','Reporter','Imaging','Dispatch',
                    'Ledger','Atlas','Beacon','Compass','Forge','Harbor','Lantern','Orbit','Prism','Quarry'])
       WITH ORDINALITY AS u (w, n)
"""
INSTITUTIONS = """
INSERT INTO institutions (id, name, legal_form, website_domain, language, created_at) OVERRIDING SYSTEM VALUE
SELECT n,
       pg_temp.one_of('{Klinikum,Universität,Stadtwerke,Ärztehaus,Kanzlei,Autohaus,Bäckerei,Müller & Söhne,'
                      'Gymnasium,Landratsamt,Spedition,Druckerei,Acme,Northwind,Contoso,Apotheke,Praxis}', n, 1)
       || ' ' || pg_temp.one_of('{Nord,Süd,Heidelberg,Ludwigsburg,Hamburg,Leipzig,Graz,Basel,Bremen,Kiel,Ulm,Essen,'
                      'Köln,Mainz,Jena,Bonn,Trier,Passau,Linz,Bern,Fulda,Celle,Worms,Gera,Hof}', n, 2) || ' ' || n,
       pg_temp.one_of('{GmbH,AG,gGmbH,e. V.,KG}', n, 3),
       CASE WHEN pg_temp.chance(n, 4) < 0.7 THEN 'kunde-' || n || '.example' END,
       CASE WHEN pg_temp.chance(n, 5) < 0.9 THEN 'de' ELSE 'en' END,
       now() - interval '1500 days' * (1 - n / %(customers)s::float8)
  FROM generate_series(1, %(customers)s) AS n
"""
CUSTOMERS = """
INSERT INTO customers (id, institution_id, since, created_at) OVERRIDING SYSTEM VALUE
SELECT id, id, created_at, created_at FROM institutions
"""
CONTACTS = """
INSERT INTO contacts (id, first_name, last_name, language, created_at) OVERRIDING SYSTEM VALUE
SELECT n, pg_temp.one_of('{Ada,Grace,Emmy,Max,Lise,Carl,Sophie,Alan,Konrad,Hedy}', n, 6),
       pg_temp.one_of('{Lovelace,Hopper,Noether,Planck,Meitner,Gauß,Germain,Turing,Zuse,Lamarr,Müller,Schmidt}', n, 7)
       || CASE WHEN pg_temp.chance(n, 8) < 0.5 THEN '' ELSE '-' || n END,
       CASE WHEN pg_temp.chance(n, 9) < 0.9 THEN 'de' ELSE 'en' END, now() - interval '1 day'
  FROM generate_series(1, %(customers)s) AS n
"""
AFFILIATIONS = """
INSERT INTO affiliations (contact_id, institution_id, role, is_primary)
SELECT id, id, pg_temp.one_of('{Purchasing,IT,Management}', id, 10), true FROM contacts
"""
CONTACT_DETAILS = """
INSERT INTO contact_details (id, contact_id, kind, value, is_primary) OVERRIDING SYSTEM VALUE
SELECT 2 * c.id - 1 + side, c.id, CASE side WHEN 0 THEN 'email' ELSE 'phone' END,
       CASE side WHEN 0 THEN 'contact' || c.id || '@kunde-' || c.id || '.example'
            ELSE '+49 ' || 30 + c.id %% 60 || ' ' || 1000000 + c.id * 7 END, true
  FROM contacts AS c, generate_series(0, 1) AS side
"""
# One customer has thousands of licenses, most have a few, some none. 3 % are suspended, 20 % have expired, 10 % never
# end, 0.2 % have not begun, 0.5 % were deleted.
LICENSES = """
INSERT INTO licenses (id, license_key, customer_id, product_id, type, device_limit, concurrent_sessions_limit, features,
                      valid_from, valid_until, suspended_at, deleted_at, created_at, further_test_reason)
OVERRIDING SYSTEM VALUE
SELECT n, license_key, customer_id, product_id, type, device_limit, greatest(1, (device_limit + 1) / 2),
       CASE WHEN fate < 0.5 THEN '{"edition": "Pro", "users": 25}' ELSE '{}' END::jsonb,
       CASE WHEN end_fate >= 0.998 THEN now() + interval '1 day' + interval '60 days' * fate ELSE created END,
       CASE WHEN end_fate < 0.2 THEN created + (now() - created) * (0.2 + 0.79 * fate)
            WHEN end_fate < 0.3 THEN NULL
            WHEN end_fate < 0.998 THEN now() + interval '1 hour' + interval '400 days' * fate
            ELSE now() + interval '500 days' END,
       CASE WHEN state < 0.03 THEN created + (now() - created) * fate END,
       CASE WHEN state >= 0.995 THEN created + (now() - created) * fate END,
       created,
       CASE WHEN type = 'test' AND row_number() OVER (PARTITION BY customer_id, product_id, type) > 1 THEN 'A fair' END
  FROM (SELECT k.n, k.license_key,
               1 + floor(%(customers)s * pg_temp.chance(k.n, 11) ^ 2.2)::bigint AS customer_id,
               1 + floor(20 * pg_temp.chance(k.n, 12) ^ 2)::bigint AS product_id,
               CASE WHEN pg_temp.chance(k.n, 13) < 0.9 THEN 'full'
                    WHEN pg_temp.chance(k.n, 13) < 0.97 THEN 'trial' ELSE 'test' END AS type,
               (ARRAY[1, 2, 3, 3, 5, 5, 10])[1 + floor(7 * pg_temp.chance(k.n, 14))::int] AS device_limit,
               pg_temp.chance(k.n, 15) AS state, pg_temp.chance(k.n, 16) AS end_fate, pg_temp.chance(k.n, 17) AS fate,
               now() - interval '1500 days' * (1 - (k.n - 1) / %(licenses)s::float8) AS created
          FROM new_keys AS k) AS made
 ORDER BY n
"""
# A third of the longer ones was renewed once: two terms without a break, which the license's own times span.
TERMS = """
INSERT INTO license_terms (license_id, period, kind, created_at)
SELECT l.id, p.period, p.kind, l.created_at
  FROM licenses AS l, LATERAL (
        SELECT tstzrange(l.valid_from, l.valid_until) AS period,
               CASE l.type WHEN 'test' THEN 'test' ELSE 'initial' END AS kind
         WHERE l.valid_until IS NULL OR pg_temp.chance(l.id, 18) >= 0.33
        UNION ALL
        SELECT tstzrange(l.valid_from, l.valid_from + (l.valid_until - l.valid_from) / 2), 'initial'
         WHERE l.valid_until IS NOT NULL AND pg_temp.chance(l.id, 18) < 0.33
        UNION ALL
        SELECT tstzrange(l.valid_from + (l.valid_until - l.valid_from) / 2, l.valid_until), 'renewal'
         WHERE l.valid_until IS NOT NULL AND pg_temp.chance(l.id, 18) < 0.33) AS p
"""
DEVICES = """
INSERT INTO device_registrations (license_id, id, hardware_fingerprint, device_name, device_type, operating_system,
    client_version, status, slot, device_limit, first_activated_at, last_seen_at, changed_by, change_request_id,
    change_address)
SELECT license_id, id, md5(license_id || ':' || place),
       pg_temp.one_of('{Büro-Laptop,Empfang,Rechenzentrum,Labor,PC,Werkstatt,DESKTOP,srv,Notebook,MacBook}', id, 20)
       || '-' || CASE WHEN pg_temp.chance(id, 21) < 0.3 THEN id %% 100 ELSE id END,
       CASE WHEN kind < 0.45 THEN 'laptop' WHEN kind < 0.8 THEN 'desktop' WHEN kind < 0.88 THEN 'server'
            WHEN kind < 0.93 THEN 'virtual' WHEN kind < 0.96 THEN 'mobile' WHEN kind < 0.999 THEN 'tablet'
            ELSE 'other' END,
       pg_temp.one_of('{Windows 11,Windows 10,Debian 12,macOS 15,Ubuntu 24.04}', id, 22),
       pg_temp.one_of('{4.2.1,4.2.0,4.1.7,3.9.12}', id, 23),
       CASE WHEN active THEN 'active' WHEN state > 0.97 THEN 'blocked' ELSE 'inactive' END,
       CASE WHEN active THEN place END, device_limit, activated,
       activated + (now() - activated) * (1 - pg_temp.chance(id, 24) ^ 3),
       'api:shop', 'seed-' || id, '198.51.100.0'::inet + floor(250 * pg_temp.chance(id, 25) ^ 3)::int
  FROM (SELECT *, row_number() OVER (ORDER BY activated) AS id, place <= device_limit AND state < 0.85 AS active,
               pg_temp.chance(license_id * 31 + place, 26) AS kind
          FROM (SELECT l.id AS license_id, l.device_limit, place,
                       pg_temp.chance(l.id * 31 + place, 27) AS state,
                       l.created_at + (now() - l.created_at) * pg_temp.chance(l.id * 31 + place, 28) * 0.1 AS activated
                  FROM licenses AS l, LATERAL generate_series(1, least(40,
                       floor((2 * %(devices)s::float8 / %(licenses)s + 1) * pg_temp.chance(l.id, 29))::int)) AS place
               ) AS wanted) AS made
"""
# Devices that had a session are older than it, for both are numbered in the order of time.
HISTORY = """
INSERT INTO session_history (license_id, id, session_token, device_id, client_version, started_at, last_heartbeat_at,
                             ended_at, end_reason)
SELECT d.license_id, h.n, gen_random_uuid(), d.id, d.client_version, h.ends - h.length, h.ends, h.ends,
       CASE WHEN why < 0.7 THEN 'client' WHEN why < 0.95 THEN 'timeout' WHEN why < 0.97 THEN 'operator'
            WHEN why < 0.98 THEN 'license_suspended' WHEN why < 0.99 THEN 'license_expired'
            WHEN why < 0.995 THEN 'device_deactivated' WHEN why < 0.9999 THEN 'device_blocked'
            ELSE 'license_deleted' END
  FROM (SELECT n, now() - interval '1 minute' - interval '1490 days' * (1 - n / %(history)s::float8) AS ends,
               interval '1 minute' + interval '8 hours' * pg_temp.chance(n, 30) AS length, pg_temp.chance(n, 31) AS why,
               1 + floor((SELECT max(id) FROM device_registrations) * n / %(history)s::float8 * 0.95
                         * pg_temp.chance(n, 32) ^ 1.5)::bigint AS device
          FROM generate_series(1, %(history)s) AS n OFFSET 0) AS h
  JOIN device_registrations AS d ON d.id = h.device
"""
SESSIONS = """
INSERT INTO license_sessions (license_id, id, session_token, device_id, slot, concurrent_sessions_limit, client_version,
                              started_at, last_heartbeat_at)
SELECT license_id, %(history)s + row_number() OVER (ORDER BY began), gen_random_uuid(), device_id, slot, most, version,
       began, now() - interval '30 s' * pg_temp.chance(device_id, 33)
  FROM (SELECT d.license_id, d.id AS device_id, d.slot, l.concurrent_sessions_limit AS most,
               d.client_version AS version,
               now() - interval '31 s' - interval '12 hours' * pg_temp.chance(d.id, 34) ^ 2 AS began
          FROM device_registrations AS d JOIN licenses AS l ON l.id = d.license_id
         WHERE d.status = 'active' AND d.slot <= l.concurrent_sessions_limit AND l.deleted_at IS NULL
           AND l.suspended_at IS NULL AND l.valid_from <= now() AND (l.valid_until IS NULL OR l.valid_until > now())
         ORDER BY pg_temp.chance(d.id, 35) LIMIT %(sessions)s) AS chosen
"""
# The last minutes of the live sessions.
HEARTBEATS = """
INSERT INTO license_heartbeats (license_id, session_id, at)
SELECT s.license_id, s.id, s.last_heartbeat_at - interval '30 s' * ago
  FROM generate_series(9, 0, -1) AS ago, license_sessions AS s
 WHERE s.last_heartbeat_at - interval '30 s' * ago >= s.started_at
"""
AUDIT = """
INSERT INTO audit_log (occurred_at, actor, action, table_name, row_id, before, after, request_id, address)
SELECT now() - interval '1500 days' * (1 - n / %(audit)s::float8),
       CASE WHEN who < 0.6 THEN 'api:shop' WHEN who < 0.9 THEN 'staff:' || floor(20 * who)::int
            WHEN who < 0.9999 THEN 'worker' ELSE 'cli:root' END,
       CASE WHEN what < 0.5 THEN 'insert' WHEN what < 0.99 THEN 'update' ELSE 'license.exported' END,
       CASE WHEN what < 0.3 THEN 'licenses' WHEN what < 0.8 THEN 'device_registrations' WHEN what < 0.999
            THEN 'license_terms' ELSE 'settings' END,
       (1 + floor(%(licenses)s * pg_temp.chance(n, 37)))::bigint::text,
       CASE WHEN what >= 0.5 AND what < 0.99 THEN '{"client_version": "4.2.0"}'::jsonb END,
       '{"client_version": "4.2.1"}'::jsonb, 'seed-' || n / 2,
       '198.51.100.0'::inet + floor(250 * pg_temp.chance(n, 38) ^ 3)::int
  FROM (SELECT n, pg_temp.chance(n, 39) AS who, pg_temp.chance(n, 36) AS what
          FROM generate_series(1, %(audit)s) AS n) AS rows
"""
NOTES = """
INSERT INTO license_notes (license_id, body, made_by, created_at)
SELECT id, 'Called about more seats.', 'staff:1', created_at FROM licenses WHERE pg_temp.chance(id, 40) < 0.01
"""
DENIALS = """
INSERT INTO license_denials (hour, license_id, code, denials)
SELECT date_trunc('hour', now()) - interval '1 hour' * floor(720 * pg_temp.chance(n, 41))::int,
       1 + floor(%(licenses)s * pg_temp.chance(n, 42) ^ 2)::bigint,
       pg_temp.one_of('{device_limit_reached,license_expired,session_limit_reached,license_suspended}', n, 43),
       sum(1 + floor(9 * pg_temp.chance(n, 44))::int)
  FROM generate_series(1, %(licenses)s / 10 + 1) AS n
 GROUP BY 1, 2, 3
"""
SAMPLES = """
INSERT INTO activity_samples (resolution, at, sessions_live, sessions_peak, heartbeats, devices_active, seats_sold,
                              counted_at)
SELECT r.resolution, r.at, %(sessions)s * (0.6 + 0.4 * sin(extract(epoch FROM r.at) / 13751)), %(sessions)s,
       %(sessions)s * 2, %(devices)s, %(licenses)s * 4, r.at
  FROM (SELECT 'minute' AS resolution, date_trunc('minute', now()) - interval '1 minute' * n AS at
          FROM generate_series(0, 2880) AS n
        UNION ALL
        SELECT 'hour', date_trunc('hour', now()) - interval '1 hour' * n FROM generate_series(0, 8760) AS n) AS r
"""

STATEMENTS = {
    "products": PRODUCTS,
    "institutions": INSTITUTIONS,
    "customers": CUSTOMERS,
    "contacts": CONTACTS,
    "affiliations": AFFILIATIONS,
    "contact_details": CONTACT_DETAILS,
    "licenses": LICENSES,
    "license_terms": TERMS,
    "device_registrations": DEVICES,
    "session_history": HISTORY,
    "license_sessions": SESSIONS,
    "license_heartbeats": HEARTBEATS,
    "audit_log": AUDIT,
    "license_notes": NOTES,
    "license_denials": DENIALS,
    "activity_samples": SAMPLES,
}
