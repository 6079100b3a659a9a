# One image for api, worker, voice and migrations; docker-compose.yml says which one a container is.
FROM python:3.13-slim AS packages
COPY requirements /requirements
RUN python -m venv /installer \
    && /installer/bin/pip install --no-cache-dir --require-hashes -r /requirements/bootstrap.txt \
    && python -m venv --without-pip /packages \
    # The lock is the whole truth: two of its packages disagree about a third, see overrides.txt.
    && /installer/bin/uv pip install --no-cache --no-deps --require-hashes \
        --python /packages/bin/python -r /requirements/main.txt

FROM node:24-slim AS pages
COPY web /web
RUN cd /web && npm ci && npm run build

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home product
COPY --from=packages /packages /packages
WORKDIR /product
COPY . .
COPY --from=pages /web/dist web/dist
ENV PATH=/packages/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
USER product
CMD ["python", "-m", "api"]
