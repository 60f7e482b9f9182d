package caravana.web.operations;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Prices for the cost in receipts, in US dollars. Receipts name them.
 *
 * @param asOf date of the prices, such as 2025-06-30; set it when you set a price
 * @param cpuHour price of one processor of a worker for an hour, in US dollars. The default is half the price of an
 *     on-demand t3.small, which has two, in us-east-1
 * @param storageGbMonth price of 1,024³ bytes in the object store for a month, in US dollars. The default is that of
 *     S3 Standard in us-east-1
 */
@Validated
@ConfigurationProperties("caravana.prices")
public record PriceProperties(
        @Pattern(regexp = "\\d{4}-\\d{2}-\\d{2}") String asOf,
        @DecimalMin("0") double cpuHour,
        @DecimalMin("0") double storageGbMonth) {}
