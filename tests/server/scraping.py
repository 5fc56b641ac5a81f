"""What a license server tells Prometheus, read by Prometheus's own client."""

import httpx2
from prometheus_client.parser import text_string_to_metric_families

Scraped = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(base_url: str, key: str) -> Scraped:
    """Every sample by its name and its labels in order."""
    answer = httpx2.get(f"{base_url}/metrics", headers={"Authorization": f"Bearer {key}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    samples: Scraped = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            series = (sample.name, tuple(sorted(sample.labels.items())))
            assert series not in samples, f"{series} is there twice"
            samples[series] = sample.value
    return samples


def value(scraped: Scraped, name: str, **labels: str) -> float | None:
    """One sample, None where it is not there."""
    return scraped.get((name, tuple(sorted(labels.items()))))
