"""The regulator's sites: pages, spiders, guards."""
