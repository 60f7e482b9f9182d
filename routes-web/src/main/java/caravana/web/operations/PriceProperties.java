package caravana.web.operations;

import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.validation.annotation.Validated;

/**
 * Prices by which receipts are priced, in US dollars. Receipts name them.
 *
 * @param asOf the day of the prices, as 2025-06-30; set it with each other price
 * @param cpuHour price of an hour of one processor of a worker; the default is half of an hour of t3.small on demand, which has two, by AWS's
 *     list for us-east-1
 * @param storageGbMonth price of 1,024³ bytes in the object store for a month; the default is that of S3 Standard, by the same list
 */
@Validated
@ConfigurationProperties("caravana.prices")
public record PriceProperties(
        @Pattern(regexp = "\\d{4}-\\d{2}-\\d{2}") String asOf,
        @DecimalMin("0") double cpuHour,
        @DecimalMin("0") double storageGbMonth) {}
