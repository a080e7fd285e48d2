/** What a browser shows that was led to the standby. */
export const STANDBY_PAGE = `<!doctype html>
<html lang="ar" dir="rtl">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>دَوْر · Dawr</title></head>
<body>
<h1>دَوْر</h1>
<p>هذا الجهاز احتياطي: يتبع خادم المركز، ويحل محله إن تعطل.</p>
<p>الصفحات كلها عند الخادم، وحالة هذا الجهاز في صفحة المدير، «الأجهزة».</p>
<div lang="en" dir="ltr">
<p>This PC is the standby: it follows the centre’s server, and takes its place if that dies.</p>
<p>All pages are with the server; how this PC stands is on the manager’s page, “Devices”.</p>
</div>
</body>
</html>
`;
