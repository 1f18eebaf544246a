"""The interface for programs: `/api/v1/…`, its description for machines (OpenAPI) and for people (`/api`)."""
